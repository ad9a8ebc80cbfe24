const VOLUME = /(::|\$)docker:index\/volume:Volume::/;
/** What a DockerApp makes for its own work: volumes that it fills anew (components/docker/volumes.ts). */
const HELPER =
	/(::|\$)holdfast:docker:DockerApp\$docker:index\/volume:Volume::[^:]+-(scratch|rehearsal|gate|cache|secrets)$/;

/** What is asked about a volume. */
interface VolumeState {
	protect: boolean;
	/** Undefined where it cannot be seen, as in a policy pack. */
	retainOnDelete?: boolean;
	inputs?: Record<string, unknown>;
}

/**
 * Whether a volume holds nothing that could be lost: it is in memory, or one of Holdfast's own helpers. Whatever holds data is
 * protected and retained by the components, so that what is either of these is never taken for a helper, whatever its name.
 */
export function isScratch(urn: string, { protect, retainOnDelete, inputs = {} }: VolumeState): boolean {
	const { driverOpts } = inputs as { driverOpts?: { type?: unknown } };
	const isInMemory = VOLUME.test(urn) && driverOpts?.type === "tmpfs";
	return isInMemory || (!protect && retainOnDelete !== true && HELPER.test(urn));
}
