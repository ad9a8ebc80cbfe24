import { AWS } from "./guard/aws";
import { judged } from "./guard/judged";

judged(AWS);
