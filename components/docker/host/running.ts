import type { Labels } from "../identity";

/** What `docker inspect` says of a container, as far as the checks need it. */
export interface Running {
	Name: string;
	Config: { User: string; Env: string[] | null; Labels: Labels };
	State: { Restarting: boolean };
	HostConfig: { PortBindings: Record<string, { HostIp: string; HostPort: string }[] | null> | null };
	Mounts: Mount[];
}

/** One mount of it. */
export interface Mount {
	/** Of a volume. */
	Name?: string;
	Source: string;
	Destination: string;
	/** Whether the container may write it. */
	RW: boolean;
}
