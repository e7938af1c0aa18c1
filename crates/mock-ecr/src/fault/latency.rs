//! The action that delays responses.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use rand::RngExt as _;
use rand_chacha::ChaCha20Rng;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::types::duration;
use crate::types::duration::{parse_duration, print_duration};
use crate::types::json::Entries;

/// A delay in real time: fixed, uniformly distributed, or given by percentiles.
///
/// In TOML and JSON, this is `"200ms"`, `{ from = "50ms", to = "2s" }`, or `{ p50 = "20ms", p90 = "100ms", p99 = "2s"
/// }`. The values of a table must be in ascending order.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(untagged)]
#[non_exhaustive]
pub enum Latency {
    /// A constant delay.
    Fixed(#[serde(with = "duration::Text")] Duration),
    /// A uniformly distributed delay.
    Uniform {
        /// The minimum.
        #[serde(with = "duration::Text")]
        from: Duration,
        /// The maximum.
        #[serde(with = "duration::Text")]
        to: Duration,
    },
    /// A delay whose distribution is approximated from these percentiles. 50 % of the delays are between 0 and `p50`,
    /// 40 % are between `p50` and `p90`, and 10 % are between `p90` and `p99`. Within each range, delays are uniformly
    /// distributed.
    Percentiles {
        /// The delay that 50 % of the responses do not exceed.
        #[serde(with = "duration::Text")]
        p50: Duration,
        /// The delay that 90 % of the responses do not exceed.
        #[serde(with = "duration::Text")]
        p90: Duration,
        /// The nominal 99th percentile. The mock uses this value as the maximum: no delay is longer.
        #[serde(with = "duration::Text")]
        p99: Duration,
    },
}

impl Latency {
    /// Returns the delay, or its range, as a part of a sentence.
    pub(super) fn text(&self) -> String {
        match self {
            Latency::Fixed(delay) => print_duration(*delay),
            Latency::Uniform { from, to } => {
                format!("{} to {}", print_duration(*from), print_duration(*to))
            }
            Latency::Percentiles { p50, p99, .. } => {
                let (half, all) = (print_duration(*p50), print_duration(*p99));
                format!("up to {all}, half of them by up to {half}")
            }
        }
    }
}

/// Implemented by hand, because serde's error messages for untagged enums do not contain the invalid value.
impl<'de> Deserialize<'de> for Latency {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(LatencyVisitor)
    }
}

struct LatencyVisitor;

impl<'de> Visitor<'de> for LatencyVisitor {
    type Value = Latency;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(EXPECTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Latency, E> {
        parse_duration(text).map(Latency::Fixed).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Latency, A::Error> {
        let mut map = Entries::of(map, &self)?;
        let mut durations = BTreeMap::new();
        while let Some((name, text)) = map.next_entry::<String, String>()? {
            let duration = parse_duration(&text).map_err(A::Error::custom)?;
            durations.insert(name, duration);
        }
        let mut take = |name: &str| durations.remove(name);
        let between = (take("from"), take("to"));
        let percentiles = (take("p50"), take("p90"), take("p99"));
        match (between, percentiles, durations.is_empty()) {
            ((Some(from), Some(to)), (None, None, None), true) => Ok(Latency::Uniform { from, to }),
            ((None, None), (Some(p50), Some(p90), Some(p99)), true) => {
                Ok(Latency::Percentiles { p50, p90, p99 })
            }
            _ => Err(A::Error::custom(format!("expected {EXPECTED}"))),
        }
    }
}

const EXPECTED: &str = "a duration, a table with from and to, or a table with p50, p90 and p99";

impl Latency {
    pub(super) fn check(&self) -> Result<(), String> {
        let is_ascending = match self {
            Latency::Fixed(_) => true,
            Latency::Uniform { from, to } => from <= to,
            Latency::Percentiles { p50, p90, p99 } => p50 <= p90 && p90 <= p99,
        };
        match is_ascending {
            true => Ok(()),
            false => Err("invalid latencies: expected ascending durations".to_owned()),
        }
    }

    pub(super) fn draw(&self, rng: &mut ChaCha20Rng) -> Duration {
        match self {
            Latency::Fixed(duration) => *duration,
            Latency::Uniform { from, to } => between(*from, *to, rng.random()),
            Latency::Percentiles { p50, p90, p99 } => {
                let at: f64 = rng.random();
                match at {
                    ..0.5 => between(Duration::ZERO, *p50, at / 0.5),
                    ..0.9 => between(*p50, *p90, (at - 0.5) / 0.4),
                    _ => between(*p90, *p99, (at - 0.9) / 0.1),
                }
            }
        }
    }
}

fn between(from: Duration, to: Duration, share: f64) -> Duration {
    let range = to.saturating_sub(from);
    let seconds = range.as_secs_f64() * share.clamp(0.0, 1.0);
    // The maximum duration is rounded up to a number of seconds that is too large.
    from.saturating_add(Duration::try_from_secs_f64(seconds).unwrap_or(range))
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;

    #[test]
    fn the_longest_latencies_do_not_overflow() {
        assert_eq!(between(Duration::ZERO, Duration::MAX, 1.0), Duration::MAX);
        let half = between(Duration::MAX, Duration::MAX, 0.5);
        assert_eq!(half, Duration::MAX);
    }

    #[test]
    fn the_error_for_a_number_does_not_depend_on_its_form() {
        for number in ["1.5", r#"{"$serde_json::private::Number":"1.5"}"#] {
            let error = serde_json::from_str::<Latency>(number).unwrap_err();
            let expected = format!("invalid type: floating point `1.5`, expected {EXPECTED}");
            assert!(error.to_string().starts_with(&expected), "{error}");
        }
    }

    #[test]
    fn drawn_latencies_follow_the_percentiles() {
        let toml = "l = { p50 = '20ms', p90 = '100ms', p99 = '2s' }";
        let table: std::collections::BTreeMap<String, Latency> = toml::from_str(toml).unwrap();
        let latency = &table["l"];
        let mut rng = ChaCha20Rng::from_seed([7; 32]);
        let mut drawn: Vec<_> = (0..1000).map(|_| latency.draw(&mut rng)).collect();
        drawn.sort();
        assert!(drawn[450] <= Duration::from_millis(20));
        assert!(drawn[550] > Duration::from_millis(20));
        assert!(drawn[850] <= Duration::from_millis(100));
        assert!(drawn[950] > Duration::from_millis(100));
        assert!(drawn[999] <= Duration::from_secs(2));
    }
}
