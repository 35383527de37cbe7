#include "unit/store/faulty_disk.hpp"

#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <limits>
#include <mutex>
#include <string_view>
#include <vector>

namespace tessera::store::test {

namespace {

struct File;

// What a write replaced, and how long the file was.
struct Undo {
  File* file;
  std::int64_t offset;
  std::int64_t size;
  std::string old;
};

struct State {
  std::mutex mutex;
  std::vector<Undo> unsynced;
  int syncs = 0, crash_at = 0, exit_code = 0;
  FaultyDisk::Survives survives{};
  std::int64_t limit = std::numeric_limits<std::int64_t>::max();
} state;

sqlite3_vfs* system_disk = nullptr;

// SQLite allocates this with room for the system's file behind it.
struct File {
  sqlite3_file base;
  bool log;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
File& file_of(sqlite3_file* f) { return *reinterpret_cast<File*>(f); }
sqlite3_file* real(sqlite3_file* f) { return file_of(f).real(); }

std::int64_t size_of(File& file) {
  sqlite3_int64 size = 0;
  file.real()->pMethods->xFileSize(file.real(), &size);
  return size;
}

void remember(File& file, std::int64_t offset, std::int64_t amount) {
  Undo undo{&file, offset, size_of(file), {}};
  const auto kept = std::min<std::int64_t>(amount, std::max<std::int64_t>(0, undo.size - offset));
  undo.old.resize(static_cast<std::size_t>(kept));
  if (kept > 0) file.real()->pMethods->xRead(file.real(), undo.old.data(), static_cast<int>(kept), offset);
  state.unsynced.push_back(std::move(undo));
}

void forget(const File& file) {
  std::erase_if(state.unsynced, [&](const Undo& undo) { return undo.file == &file; });
}

[[noreturn]] void crash() {
  bool second = false;
  for (auto undo = state.unsynced.rbegin(); undo != state.unsynced.rend(); ++undo) {
    second = !second;
    if (state.survives == FaultyDisk::Survives::all) break;
    if (state.survives == FaultyDisk::Survives::every_second && second) continue;
    auto* file = undo->file->real();
    if (!undo->old.empty())
      file->pMethods->xWrite(file, undo->old.data(), static_cast<int>(undo->old.size()), undo->offset);
    if (state.survives == FaultyDisk::Survives::none) file->pMethods->xTruncate(file, undo->size);
  }
  _exit(state.exit_code);
}

int close_file(sqlite3_file* f) {
  std::lock_guard lock(state.mutex);
  forget(file_of(f));
  return real(f)->pMethods->xClose(real(f));
}
int read_file(sqlite3_file* f, void* to, int amount, sqlite3_int64 offset) {
  return real(f)->pMethods->xRead(real(f), to, amount, offset);
}
int write_file(sqlite3_file* f, const void* from, int amount, sqlite3_int64 offset) {
  std::lock_guard lock(state.mutex);
  if (file_of(f).log && offset + amount > state.limit) return SQLITE_FULL;
  remember(file_of(f), offset, amount);
  return real(f)->pMethods->xWrite(real(f), from, amount, offset);
}
int truncate_file(sqlite3_file* f, sqlite3_int64 size) {
  std::lock_guard lock(state.mutex);
  remember(file_of(f), size, size_of(file_of(f)) - size);
  return real(f)->pMethods->xTruncate(real(f), size);
}
int sync_file(sqlite3_file* f, int flags) {
  std::lock_guard lock(state.mutex);
  if (file_of(f).log && ++state.syncs == state.crash_at) crash();
  const int result = real(f)->pMethods->xSync(real(f), flags);
  if (result == SQLITE_OK) forget(file_of(f));
  return result;
}
int file_size(sqlite3_file* f, sqlite3_int64* size) { return real(f)->pMethods->xFileSize(real(f), size); }
int lock_file(sqlite3_file* f, int level) { return real(f)->pMethods->xLock(real(f), level); }
int unlock_file(sqlite3_file* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); }
int check_lock(sqlite3_file* f, int* out) { return real(f)->pMethods->xCheckReservedLock(real(f), out); }
int control_file(sqlite3_file* f, int op, void* arg) { return real(f)->pMethods->xFileControl(real(f), op, arg); }
int sector_size(sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); }
int characteristics(sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); }
int map_shared(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
  return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
}
int lock_shared(sqlite3_file* f, int offset, int n, int flags) {
  return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
}
void barrier(sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); }
int unmap_shared(sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); }

// Version 2: no memory-mapped reads, which would pass the disk by.
const sqlite3_io_methods kMethods{.iVersion = 2,
                                  .xClose = close_file,
                                  .xRead = read_file,
                                  .xWrite = write_file,
                                  .xTruncate = truncate_file,
                                  .xSync = sync_file,
                                  .xFileSize = file_size,
                                  .xLock = lock_file,
                                  .xUnlock = unlock_file,
                                  .xCheckReservedLock = check_lock,
                                  .xFileControl = control_file,
                                  .xSectorSize = sector_size,
                                  .xDeviceCharacteristics = characteristics,
                                  .xShmMap = map_shared,
                                  .xShmLock = lock_shared,
                                  .xShmBarrier = barrier,
                                  .xShmUnmap = unmap_shared,
                                  .xFetch = nullptr,
                                  .xUnfetch = nullptr};

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* f, int flags, int* flags_out) {
  File& file = file_of(f);
  file.log = (flags & SQLITE_OPEN_WAL) != 0;
  const int result = system_disk->xOpen(system_disk, name, file.real(), flags, flags_out);
  file.base.pMethods = file.real()->pMethods == nullptr ? nullptr : &kMethods;
  return result;
}

sqlite3_vfs faulty;

}  // namespace

FaultyDisk::FaultyDisk() {
  system_disk = sqlite3_vfs_find(nullptr);
  faulty = *system_disk;
  faulty.szOsFile = static_cast<int>(sizeof(File)) + system_disk->szOsFile;
  faulty.pNext = nullptr;
  faulty.zName = "faulty";
  faulty.xOpen = open_file;
  std::lock_guard lock(state.mutex);
  state.syncs = state.crash_at = 0;
  state.limit = std::numeric_limits<std::int64_t>::max();
  sqlite3_vfs_register(&faulty, 1);
}

FaultyDisk::~FaultyDisk() {
  sqlite3_vfs_unregister(&faulty);
  sqlite3_vfs_register(system_disk, 1);
}

void FaultyDisk::crash_at_sync(int nth, Survives survives, int exit_code) {
  std::lock_guard lock(state.mutex);
  state.crash_at = state.syncs + nth;
  state.survives = survives;
  state.exit_code = exit_code;
}

void FaultyDisk::limit_log(std::int64_t octets) {
  std::lock_guard lock(state.mutex);
  state.limit = octets;
}

int FaultyDisk::syncs() const {
  std::lock_guard lock(state.mutex);
  return state.syncs;
}

}  // namespace tessera::store::test
