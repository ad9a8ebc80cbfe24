import { AWS } from "./aws";
import { DOCKER } from "./docker";
import { GCP } from "./gcp";
import { GCP_POSTGRES } from "./gcpPostgres";
import { PLAIN_AWS } from "./plainAws";
import { PLAIN_DOCKER } from "./plainDocker";
import { PLAIN_GCP } from "./plainGcp";

/** Every base, for who reads recordings. */
export const BASES = [DOCKER, PLAIN_DOCKER, GCP, GCP_POSTGRES, PLAIN_GCP, AWS, PLAIN_AWS];
