#include "issuer/limits.hpp"

#include <algorithm>
#include <vector>

namespace tessera::issuer {

namespace {
constexpr std::size_t kMaxBuckets = 100'000;

std::string key_of(LimitKind kind, std::string_view key) {
  std::string text(1, static_cast<char>('0' + static_cast<int>(kind)));
  return text += key;
}

LimitKind kind_of(std::string_view key) { return static_cast<LimitKind>(key.front() - '0'); }

double elapsed_seconds(Instant from, Instant to) {
  return std::max(0.0, std::chrono::duration<double>(to - from).count());
}
}  // namespace

Limits::Limits()
    : Limits({LimitRule{30, 0.5}, LimitRule{5, 1.0 / 12}, LimitRule{100, 1.0 / 3}, LimitRule{5, 1.0 / 12},
              LimitRule{20, 1.0 / 30}, LimitRule{1000, 300}, LimitRule{20, 1.0 / 5}, LimitRule{1000, 5},
              LimitRule{20, 1.0 / 30}, LimitRule{5, 1.0 / 60}, LimitRule{100, 1.0 / 30}, LimitRule{20, 1}}) {}

double Limits::level(LimitKind kind, const Bucket& bucket, Instant now) const {
  const auto& rule = rules_[static_cast<std::size_t>(kind)];
  return std::min(rule.burst, bucket.level + elapsed_seconds(bucket.at, now) * rule.per_second);
}

bool Limits::take(LimitKind kind, std::string_view key, Instant now) {
  std::lock_guard lock(mutex_);
  if (buckets_.size() >= kMaxBuckets) make_room(now);
  const Bucket full{rules_[static_cast<std::size_t>(kind)].burst, now};
  auto& bucket = buckets_.try_emplace(key_of(kind, key), full).first->second;
  bucket.level = level(kind, bucket, now);
  bucket.at = std::max(bucket.at, now);
  if (bucket.level < 1) return false;
  bucket.level -= 1;
  return true;
}

bool Limits::has(LimitKind kind, std::string_view key, Instant now) const {
  std::lock_guard lock(mutex_);
  const auto it = buckets_.find(key_of(kind, key));
  return it == buckets_.end() || level(kind, it->second, now) >= 1;
}

void Limits::give_back(LimitKind kind, std::string_view key) {
  std::lock_guard lock(mutex_);
  const auto it = buckets_.find(key_of(kind, key));
  if (it != buckets_.end())
    it->second.level = std::min(rules_[static_cast<std::size_t>(kind)].burst, it->second.level + 1);
}

void Limits::make_room(Instant now) {
  const auto seconds_until_full = [&](const auto& entry) {
    const auto kind = kind_of(entry.first);
    const auto& rule = rules_[static_cast<std::size_t>(kind)];
    return (rule.burst - level(kind, entry.second, now)) / rule.per_second;
  };
  std::erase_if(buckets_, [&](const auto& entry) { return seconds_until_full(entry) <= 0; });
  constexpr auto kHalf = kMaxBuckets / 2;
  if (buckets_.size() <= kHalf) return;
  // Still crowded: an attack from very many addresses. Whoever has tried most stays known.
  std::vector<double> times;
  times.reserve(buckets_.size());
  for (const auto& entry : buckets_) times.push_back(seconds_until_full(entry));
  std::size_t surplus = times.size() - kHalf;
  const auto last = times.begin() + static_cast<std::ptrdiff_t>(surplus - 1);
  std::ranges::nth_element(times, last);
  std::erase_if(buckets_,
                [&](const auto& entry) { return surplus > 0 && seconds_until_full(entry) <= *last && surplus-- > 0; });
}

}  // namespace tessera::issuer
