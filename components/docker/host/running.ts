import type { Labels } from "../identity";

/** What `docker inspect` says of a container, as far as the checks need it. */
export interface Running {
	Name: string;
	Config: { User: string; Labels: Labels };
	HostConfig: { PortBindings: Record<string, { HostIp: string; HostPort: string }[] | null> | null };
	Mounts: { Name?: string; Source: string }[];
}
