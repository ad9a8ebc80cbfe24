import { judged } from "./guard/judged";
import { PLAIN_AWS } from "./guard/plainAws";

judged(PLAIN_AWS);
