#include "issuer/limits.hpp"

#include <algorithm>

namespace tessera::issuer {

namespace {
constexpr std::size_t kMaxBuckets = 100'000;

std::string key_of(LimitKind kind, std::string_view key) {
  std::string text(1, static_cast<char>('0' + static_cast<int>(kind)));
  return text += key;
}

double elapsed_seconds(Instant from, Instant to) {
  return std::max(0.0, std::chrono::duration<double>(to - from).count());
}
}  // namespace

Limits::Limits() : Limits({LimitRule{30, 0.5}, LimitRule{5, 1.0 / 12}, LimitRule{100, 1.0 / 3}}) {}

bool Limits::take(LimitKind kind, std::string_view key, Instant now) {
  const auto& rule = rules_[static_cast<std::size_t>(kind)];
  std::lock_guard lock(mutex_);
  if (buckets_.size() >= kMaxBuckets) make_room(now);
  auto [it, fresh] = buckets_.try_emplace(key_of(kind, key), Bucket{rule.burst, now});
  auto& bucket = it->second;
  bucket.level = std::min(rule.burst, bucket.level + elapsed_seconds(bucket.at, now) * rule.per_second);
  bucket.at = std::max(bucket.at, now);
  if (bucket.level < 1) return false;
  bucket.level -= 1;
  return true;
}

void Limits::give_back(LimitKind kind, std::string_view key) {
  std::lock_guard lock(mutex_);
  const auto it = buckets_.find(key_of(kind, key));
  if (it != buckets_.end())
    it->second.level = std::min(rules_[static_cast<std::size_t>(kind)].burst, it->second.level + 1);
}

void Limits::make_room(Instant now) {
  std::erase_if(buckets_, [&](const auto& entry) {
    const auto& rule = rules_[static_cast<std::size_t>(entry.first.front() - '0')];
    return entry.second.level + elapsed_seconds(entry.second.at, now) * rule.per_second >= rule.burst;
  });
  // Still full: an attack from very many addresses. Forgetting all is kinder than growing or refusing everyone.
  if (buckets_.size() >= kMaxBuckets) buckets_.clear();
}

}  // namespace tessera::issuer
