import { DOCKER } from "./guard/docker";
import { judged } from "./guard/judged";

judged(DOCKER);
