import { GCP } from "./guard/gcp";
import { judged } from "./guard/judged";

judged(GCP);
