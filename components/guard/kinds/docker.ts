import type { KindTable } from "./kind";

export const DOCKER: KindTable = {
	"docker:index/volume:Volume": "volume",
};
