/* replay.c - a fuzz target without a fuzzer: replay name file... */
#include "fuzz.h"

/*
 * Each file is tried as it is, cut short at every byte, with each of its bytes
 * replaced, and with every first byte, which some targets take for the seed of
 * chance; so a short corpus goes a long way with any compiler.
 */
enum { LARGEST = 1 << 20, VARIED = 2048 };

static void
vary(uint8_t *data, size_t n)
{
	static const uint8_t others[] = { 0, '\r', '\n', 0x7f, 0x80, 0xff };
	uint8_t was;
	size_t i, k;

	for (i = 0; i < n; i++) {
		LLVMFuzzerTestOneInput(data, i);
		was = data[i];
		for (k = 0; k < sizeof others; k++) {
			data[i] = others[k];
			LLVMFuzzerTestOneInput(data, n);
		}
		data[i] = was ^ 1;
		LLVMFuzzerTestOneInput(data, n);
		data[i] = was;
	}
	if (n == 0)
		return;
	was = data[0];
	for (k = 0; k < 256; k++) {
		data[0] = (uint8_t)k;
		LLVMFuzzerTestOneInput(data, n);
	}
	data[0] = was;
}

static int
replay(const char *path)
{
	static uint8_t data[LARGEST];
	FILE *f;
	size_t n;

	f = fopen(path, "rb");
	if (f == NULL)
		return -1;
	n = fread(data, 1, sizeof data, f);
	fclose(f);
	LLVMFuzzerTestOneInput(data, n);
	if (n <= VARIED)
		vary(data, n);
	return 0;
}

int
main(int argc, char **argv)
{
	int i;

	for (i = 2; i < argc; i++)
		if (replay(argv[i]) < 0) {
			printf("FAIL '%s can be read'\n", argv[i]);
			return 1;
		}
	printf("%s 'nothing in the corpus breaks %s'\n",
	    argc > 2 ? "ok" : "FAIL", argc > 1 ? argv[1] : "?");
	return argc <= 2;
}
