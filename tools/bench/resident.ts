import { dockerOutput } from "../prove/twin";

/** MiB that the one process in a container has in memory whose command line is as the pattern of a shell's `case` says. */
export async function resident(container: string, pattern: string): Promise<number> {
	const script = `for d in /proc/[0-9]*; do case "$(tr "\\0" " " <$d/cmdline)" in ${pattern}) cat $d/status; esac; done`;
	const said = await dockerOutput("exec", container, "sh", "-c", script);
	const [kib, ...others] = [...said.matchAll(/^VmRSS:\s+(\d+) kB$/gm)].map(([, each]) => Number(each));
	if (kib === undefined || others.length > 0) throw new Error(`which process of ${container} is ${pattern}? ${said}`);
	return kib / 1024;
}

/** The keeper's own process, without Litestream and what it looks at databases with. */
export const KEEPER_PROCESS = '"node "*"/keeper/keeper.js replicate"*';
export const LITESTREAM_PROCESS = '*litestream" replicate"*';
