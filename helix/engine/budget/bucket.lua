-- One bucket, asked or told, atomically: the sums of bucket.py, line by line. A test compares the two.
-- KEYS: the bucket, the mark of this Redis's beginning.
-- ask:  ARGV "ask", now ("" = this server's clock), back (1/0), gap, slack, flow, weight, succeeded, reach, seconds not before, dice
-- tell: ARGV "tell", now, succeeded, failed (1/0), asked, refused (1/0)
local SHORT, BACKLOGGED, AHEAD, AHEAD_TURNS, GRACE, HURRY, LONGEST, HELD_GAP = 1.0, 0.6, 0.5, 0.4, 1.0, 0.95, 3600.0, 0.005
local HALVED_SECONDS, HALVE_AGAIN_AFTER, MOST_HALVED, BACK_SECONDS = 60.0, 10.0, 16, 6.0
local OPEN_SECONDS, PROBE_SECONDS, SEEN, TOO_MANY = 60.0, 60.0, 20, 10
local KEPT_MS = 7200000

local now = tonumber(ARGV[2])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) + tonumber(time[2]) / 1000000
end

-- The fields of the state, in order: next_place cool_until open_until probing_until halved halved_until halved_at back_until seen told
local kept = redis.call('HGETALL', KEYS[1])
local state, lines = nil, {}
for i = 1, #kept, 2 do
  if kept[i] == '' then state = cmsgpack.unpack(kept[i + 1]) else lines[kept[i]] = cmsgpack.unpack(kept[i + 1]) end
end

local function last(text) return string.sub(text, -SEEN) end

local function fresh(slack)
  -- A bucket that rested for long may call at once. When this Redis has just begun, or was emptied, nothing is known of
  -- the calls before, so there is no allowance until all places given before are past.
  local began = tonumber(redis.call('GET', KEYS[2]))
  if not began then
    began = now
    redis.call('SET', KEYS[2], string.format('%.6f', now))
  end
  local first = now
  if now < began + SHORT + slack then first = math.max(now, began + SHORT) + slack end
  return {first, 0, 0, 0, 1, 0, 0, 0, '', -1}
end

local function keep(flow)
  redis.call('HSET', KEYS[1], '', cmsgpack.pack(state))
  if flow then redis.call('HSET', KEYS[1], flow, cmsgpack.pack(lines[flow])) end
  redis.call('PEXPIRE', KEYS[1], KEPT_MS)
end

if ARGV[1] == 'tell' then
  state = state or fresh(0)
  local succeeded, failed, asked, refused = tonumber(ARGV[3]), ARGV[4] == '1', tonumber(ARGV[5]), ARGV[6] == '1'
  local half_open = 0 < state[3] and state[3] <= now
  local opened = 0
  if failed then
    if state[3] > 0 then state[9] = '' else state[9] = last(state[9] .. '1') end
    local _, failures = string.gsub(state[9], '1', '')
    if half_open or failures >= TOO_MANY then
      state[3], state[4], state[9], opened = now + OPEN_SECONDS, 0, '', 1
    end
  elseif succeeded > 0 and half_open then
    state[3], state[4], state[9] = 0, 0, ''
  elseif succeeded > 0 and state[3] == 0 then
    state[9] = last(state[9] .. string.rep('0', math.min(succeeded, SEEN)))
  elseif succeeded == 0 then
    state[4] = 0
  end
  if asked > 0 then
    state[2] = math.max(state[2], now + asked)
  elseif refused then
    local going_on = now < state[6]
    if not going_on or now - state[7] >= HALVE_AGAIN_AFTER then
      if going_on then state[5] = math.min(state[5] * 2, MOST_HALVED) else state[5] = 2 end
      state[7] = now
    end
    state[6] = now + HALVED_SECONDS
  end
  keep(nil)
  return opened
end

local gap, slack, flow, weight = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6], tonumber(ARGV[7])
local succeeded, reach, not_before, dice = tonumber(ARGV[8]), tonumber(ARGV[9]), now + tonumber(ARGV[10]), tonumber(ARGV[11])
state = state or fresh(slack)
if ARGV[3] == '1' then state[8] = now + BACK_SECONDS end
if succeeded > 0 and state[3] == 0 then state[9] = last(state[9] .. string.rep('0', math.min(succeeded, SEEN))) end
if now < state[6] then gap = gap * state[5] end
if now < state[8] then gap = gap * 2 end

-- A line, in order: end used weight
local rivals, others = 0, {}
for key, line in pairs(lines) do
  if math.max(line[1] + GRACE, line[2]) <= now then
    redis.call('HDEL', KEYS[1], key)
    lines[key] = nil
  elseif key ~= flow and line[1] + GRACE > now then
    others[#others + 1] = line
    rivals = rivals + line[3]
  end
end
local mine = lines[flow] or {0, 0, weight}
mine[3] = weight
local place = math.max(state[1] - slack, now)

local held, code = 0, nil
if state[3] > now then
  held, code = math.max(state[3], state[2], not_before), 'open'
elseif state[3] > 0 and state[4] > now then
  held, code = math.max(now + 1, state[2], not_before), 'open'
else
  held = math.max(state[2], not_before)
  if held > now then
    if state[2] > now then code = 'asked' else code = 'pace' end
  else
    held = 0
  end
end

if not code then
  local mine_reach = reach
  if mine[1] > now and weight <= 1 then mine_reach = math.min(reach, BACKLOGGED) end
  local turn = gap * (rivals + weight) / weight
  local ahead = rivals > 0 and mine[2] - place > AHEAD + AHEAD_TURNS * turn
  if place - now <= mine_reach and not ahead then
    local begin = math.max(state[1], now) - slack - now
    state[1] = math.max(state[1], now) + gap
    if rivals > 0 then mine[2] = math.max(mine[2], place) + turn else mine[2] = place end
    code = 'go'
    if state[3] > 0 then
      state[4] = now + PROBE_SECONDS
      code = 'probe'
    end
    if rivals > 0 or lines[flow] then
      lines[flow] = mine
      keep(flow)
    else
      keep(nil)
    end
    return {code, string.format('%.6f', place - now), string.format('%.6f', begin), string.format('%.6f', gap)}
  end
  if ahead then code = 'turn' else code = 'pace' end
end

local spacing = gap * HURRY
if held > now then spacing = math.max(gap, HELD_GAP) * HURRY end
local back
if code == 'pace' and held <= now and state[10] ~= state[1] then
  state[10], back = state[1], place
else
  local begin, share = math.max(place, held), 0
  if code == 'turn' then begin = math.max(begin, mine[2]) end
  if mine[1] > now then
    begin = math.max(begin, mine[1])
    for _, line in ipairs(others) do
      if line[1] > begin then share = share + line[3] end
    end
    share = 1 + share / weight
  else
    for _, line in ipairs(others) do share = share + math.min(line[3] / weight, 1) end
  end
  back = begin + spacing * share
end
if back - now > LONGEST then
  keep(nil)
  return {code, string.format('%.6f', LONGEST * (0.75 + 0.25 * dice))}
end
lines[flow] = {math.max(mine[1], back), mine[2], weight}
keep(flow)
return {code, string.format('%.6f', math.max(back - now, SHORT + 0.05))}
