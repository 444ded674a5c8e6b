//! What has to happen at once in the hub, in the language it runs (Lua,
//! `EVAL`). Who holds what is decided by the hub's clock alone.

use redis::Cmd;

use super::About;
use crate::model::hub::snapshot::Snapshot;
use crate::model::hub::token::Token;

/// KEYS: claim, node, nodes, changed. ARGV: instance, ms of the claim,
/// snapshot, ms of the snapshot, name, `1` to tell everybody. Gives whose the
/// name is, if another's.
const PUBLISH: &str = "local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return held end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4])
redis.call('ZADD', KEYS[3], redis.call('TIME')[1], ARGV[5])
if ARGV[6] == '1' then
  redis.call('XADD', KEYS[4], 'MAXLEN', '~', 4096, '*', 'n', ARGV[5])
end
return false";

/// KEYS: people, changed. ARGV: pairs of a name and a register. The last word
/// stands, as everywhere; names are compared byte by byte, whatever the hub's
/// language is.
const PEOPLE: &str = "local function after(one, other)
  for i = 1, math.max(#one, #other) do
    local a, b = one:byte(i) or -1, other:byte(i) or -1
    if a ~= b then return a > b end
  end
  return false
end
local any = 0
for i = 1, #ARGV, 2 do
  local old = redis.call('HGET', KEYS[1], ARGV[i])
  local ok, known = pcall(cjson.decode, old or 'x')
  if not ok or type(known) ~= 'table' then known = {} end
  local before, said = tonumber(known.at_ms) or -1, cjson.decode(ARGV[i + 1])
  if before < said.at_ms or (before == said.at_ms and after(said.by, tostring(known.by))) then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
    any = 1
  end
end
if any == 1 then
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', 4096, '*', 'p', '1')
end
return any";

/// KEYS: alert. ARGV: who, ms of the lease, what is said, since when (ms), and
/// from when on it covers us as long as no end was told after it (ms): two
/// coordinators see the same thing some minutes apart. Gives `ours`, or
/// `theirs` or `told` and who.
const CLAIM: &str = "local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local told = redis.call('HGET', KEYS[1], 'told ' .. ARGV[3])
if told then
  local at, by = string.match(told, '^(%d+) (.*)$')
  local ended = redis.call('HGET', KEYS[1], 'told end')
  local over = tonumber(ended and string.match(ended, '^(%d+) ') or 0)
  at = math.min(tonumber(at) or 0, now)
  if by and by ~= ARGV[1] and
    (at >= tonumber(ARGV[4]) or (at >= tonumber(ARGV[5]) and over < at)) then
    return {'told', by}
  end
end
local by = redis.call('HGET', KEYS[1], 'by')
local till = tonumber(redis.call('HGET', KEYS[1], 'till') or 0) or 0
if by and by ~= ARGV[1] and till > now and till <= now + ARGV[2] then return {'theirs', by} end
redis.call('HSET', KEYS[1], 'by', ARGV[1], 'till', now + ARGV[2])
redis.call('PEXPIRE', KEYS[1], 604800000)
return {'ours', ARGV[1]}";

/// KEYS: alert. ARGV: who, ms of the lease, what was said. What is over may
/// begin anew a moment later: that it began is to be told once more then.
const TOLD: &str = "local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('HSET', KEYS[1], 'told ' .. ARGV[3], now .. ' ' .. ARGV[1])
if ARGV[3] == 'end' then
  redis.call('HDEL', KEYS[1], 'told raise info', 'told raise warning', 'told raise critical')
end
local by = redis.call('HGET', KEYS[1], 'by')
if by == ARGV[1] then redis.call('HSET', KEYS[1], 'till', now + ARGV[2]) end
redis.call('PEXPIRE', KEYS[1], 604800000)
return 1";

/// KEYS: alert. ARGV: who.
const UNTOLD: &str = "if redis.call('HGET', KEYS[1], 'by') == ARGV[1] then
  redis.call('HDEL', KEYS[1], 'by', 'till')
end
return 1";

/// KEYS: lease. ARGV: who, ms. Gives nothing when it is ours now, else who has
/// it.
const LEASE: &str = "local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return held end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return false";

/// KEYS: lease. ARGV: who.
const RELEASE: &str = "if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0";

/// For how long a snapshot is kept, in milliseconds: a day, so that who comes
/// later still sees what fell silent.
const KEPT_MS: u64 = 86_400_000;
/// For how long who tells of an alert goes on to do so, in milliseconds: far
/// longer than any delivery may take.
const TELLER_MS: u64 = 60_000;

fn eval(script: &str, keys: &[String]) -> Cmd {
    let mut command = redis::cmd("EVAL");
    command.arg(script).arg(keys.len()).arg(keys);
    command
}

pub(super) fn publish(about: &About, snapshot: &Snapshot, text: &str, aloud: bool) -> Cmd {
    let name = &about.name;
    let keys = ["claim:", "node:"].map(|kind| about.key(&format!("{kind}{name}")));
    let [claim, node] = keys;
    let keys = [claim, node, about.key("nodes"), about.key("changed")];
    // Gone as soon as it stopped speaking: the name may go to another.
    let claim_ms = if snapshot.ended { 1 } else { about.claim_ms() };
    let mut command = eval(PUBLISH, &keys);
    command
        .arg(&about.instance)
        .arg(claim_ms)
        .arg(text)
        .arg(KEPT_MS)
        .arg(name)
        .arg(u8::from(aloud));
    command
}

impl About {
    /// For how long our name is ours after our last word, in milliseconds.
    fn claim_ms(&self) -> u64 {
        let span = self.every * 3;
        u64::try_from(span.as_millis())
            .unwrap_or(u64::MAX)
            .max(5_000)
    }

    fn alert(&self, token: &Token) -> String {
        self.key(&format!("alert:{}", token.about))
    }
}

pub(super) fn people(about: &About, said: &[(String, String)]) -> Cmd {
    let mut command = eval(PEOPLE, &[about.key("people"), about.key("changed")]);
    for (key, register) in said {
        command.arg(key).arg(register);
    }
    command
}

pub(super) fn claim(about: &About, token: &Token, since_ms: i64, lately_ms: i64) -> Cmd {
    let mut command = eval(CLAIM, &[about.alert(token)]);
    command
        .arg(&about.instance)
        .arg(TELLER_MS)
        .arg(&token.what)
        .arg(since_ms)
        .arg(lately_ms);
    command
}

pub(super) fn told(about: &About, token: &Token) -> Cmd {
    let mut command = eval(TOLD, &[about.alert(token)]);
    command.arg(&about.instance).arg(TELLER_MS).arg(&token.what);
    command
}

pub(super) fn untold(about: &About, token: &Token) -> Cmd {
    let mut command = eval(UNTOLD, &[about.alert(token)]);
    command.arg(&about.instance);
    command
}

pub(super) fn lease(key: &str, who: &str, ms: u64) -> Cmd {
    let mut command = eval(LEASE, &[key.to_owned()]);
    command.arg(who).arg(ms);
    command
}

pub(super) fn release(key: &str, who: &str) -> Cmd {
    let mut command = eval(RELEASE, &[key.to_owned()]);
    command.arg(who);
    command
}
