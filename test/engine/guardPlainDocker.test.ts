import { judged } from "./guard/judged";
import { PLAIN_DOCKER } from "./guard/plainDocker";

judged(PLAIN_DOCKER);
