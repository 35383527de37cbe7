// A disk that forgets what was not synced, or that is full, under SQLite: a VFS over the system's own.
#pragma once

#include <cstdint>
#include <string>

namespace tessera::store::test {

// While it lives it is the default for every file that SQLite opens in this process. One at a time.
class FaultyDisk {
 public:
  // Which of the writes since the last sync survive the crash: a disk promises nothing about them.
  enum class Survives { none, every_second, all };

  FaultyDisk();
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  // At the nth sync of the write-ahead log from now on, instead of it: what was not synced is lost and the process ends
  // with `exit_code`, as at a power cut.
  void crash_at_sync(int nth, Survives survives, int exit_code);
  // Writes to the write-ahead log beyond this many octets fail with "disk full".
  void limit_log(std::int64_t octets);
  // Syncs of the write-ahead log so far.
  int syncs() const;
};

}  // namespace tessera::store::test
