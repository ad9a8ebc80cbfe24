import { GCP_POSTGRES } from "./guard/gcpPostgres";
import { judged } from "./guard/judged";
import { PLAIN_GCP } from "./guard/plainGcp";

judged(GCP_POSTGRES);
judged(PLAIN_GCP);
