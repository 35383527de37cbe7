// Preloaded into a program: says on standard error when memory is freed that still holds the text $FREED.
#define _GNU_SOURCE
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void __libc_free(void* memory);

void free(void* memory) {
  const char* text = getenv("FREED");
  if (memory != NULL && text != NULL && memmem(memory, malloc_usable_size(memory), text, strlen(text)) != NULL)
    (void)!write(STDERR_FILENO, "not wiped\n", 10);
  __libc_free(memory);
}

// The real one frees what it moves without asking.
void* realloc(void* memory, size_t size) {
  void* moved = malloc(size);
  if (moved == NULL || memory == NULL) return moved;
  const size_t held = malloc_usable_size(memory);
  memcpy(moved, memory, held < size ? held : size);
  free(memory);
  return moved;
}
