# The words of reports in English. Plain words, past tense, no praise and no
# blame; each figure with its unit and what it is of.

## Titles and periods
title-daily = { $title } Daily Report - { $stamp }
title-weekly = { $title } Weekly Report - { $stamp }
title-monthly = { $title } Monthly Report - { $stamp }
period = { $period }, 00:00–24:00, { $zone }
period-odd = { $period }, 00:00–24:00 ({ $hours } hours), { $zone }
period-days = { $period } ({ $days } days), { $zone }
period-so-far = { $period } so far, until { $until }, { $zone }

## Headings
heading-summary = Summary
heading-agents = Agent Activity
heading-contributors = Agents and top contributors
heading-metrics = Performance Metrics
heading-trends = Trends
heading-uptime-week = Uptime and incidents of the week
heading-reliability = Reliability of the month
heading-code = Code per repository
heading-objectives = Objectives
heading-cost = Cost analysis
heading-capacity = Capacity planning (90 days)
heading-recommendations = Recommendations
heading-next = Next Steps
heading-about = About this report

## The sentence
sentence-one = { $first }.
sentence-two = { $first }; { $second }.
calm-two = { $first }; { $second }
nothing-known = Nothing is known of this time yet.
down = { $node } has been down since { $since }
down-many = { $node } and { $n ->
    [one] one more node
   *[other] { $n } more nodes
 } are down
open = { $kind ->
    [limit] { $what } on { $node } has been beyond its limit since { $since }
    [unreachable] { $node } has not been reachable since { $since }
   *[other] { $what } on { $node } has not been up since { $since }
 }
unseen = { $node } has not been seen since { $since }
unseen-all = { $node } was not seen at all
unseen-many = { $node } and { $n ->
    [one] one more node
   *[other] { $n } more nodes
 } were not seen at the end
crossing = { $node }'s { $what } reaches { $limit } around { $date }
broke-once = { $kind ->
    [limit] { $what } on { $node } was beyond its limit for { $span }
    [unreachable] { $node } was not reachable for { $span }
   *[other] { $what } on { $node } failed once, back after { $span }
 }
broke-often = { $n } incidents { $nodes ->
    [one] on { $node }
   *[other] on { $nodes } nodes
 }, all resolved, the longest after { $longest }
broke-again = { $kind ->
    [limit] { $what } on { $node } was beyond its limit { $times } times
    [unreachable] { $node } was not reachable { $times } times
   *[other] { $what } on { $node } failed { $times } times, back each time
 }{ $n ->
    [0] {""}
    [one] , and 1 other incident
   *[other] , and { $n } other incidents
 }
incomplete = Incomplete report: nothing from { $source }{ $n ->
    [0] {""}
    [one] {" "}and 1 other
   *[other] {" "}and { $n } others
 }
all-up = { $n ->
    [one] 1 machine up all the time
   *[other] { $n } machines up all the time
 }
no-downtime = { $n ->
    [one] no downtime was seen on 1 machine
   *[other] no downtime was seen on { $n } machines
 }
up-at-least = { $n ->
    [one] 1 machine up { $uptime }
   *[other] { $n } machines up { $uptime } or better
 }
work = { $issues ->
    [one] { $issue-count } issue closed
   *[other] { $issue-count } issues closed
 }, { $pulls ->
    [one] { $pull-count } PR merged
   *[other] { $pull-count } PRs merged
 }
work-commits = { $n ->
    [one] { $count } commit
   *[other] { $count } commits
 }
spent = { $sum } API-equivalent
spent-of = { $sum } API-equivalent of a { $budget } budget ({ $percent })
objectives-behind = { $n } of { $of ->
    [one] 1 objective behind
   *[other] { $of } objectives behind
 }

## Tiles
tile-issues-closed = Issues Closed
tile-prs-merged = PRs Merged
tile-commits = Commits
tile-errors = Errors
tile-cost = Cost, API-equivalent
tile-objectives = Objectives on pace
tile-worst-uptime = Worst uptime
plain = { $count }
at-least = at least { $count }
commits-merges = { $count } { $n ->
    [one] (+{ $merges } merge)
   *[other] (+{ $merges } merges)
 }
besides-issues = Of the issues { $planned } closed as not planned, { $duplicate } as duplicates.
besides-pulls = Of the PRs { $default } into the default branch, { $bots } by bots.
besides-cost = Agents: { $sum } API-equivalent.
besides-commits = { $n ->
    [one] { $count } commit
   *[other] { $count } commits
 }, { $agents } with an agent's part.
besides-opened = Opened: { $issues ->
    [one] { $issue-count } issue
   *[other] { $issue-count } issues
 }, { $pulls ->
    [one] { $pull-count } PR
   *[other] { $pull-count } PRs
 }.
node-uptime = { $node } { $uptime }
down-for = down { $span }
api-equivalent = { $sum } API-equivalent
no-pace = no pace yet
on-pace-of = { $n } of { $of }
before-so-far-daily = yesterday by this time { $count }
before-same-so-far-daily = yesterday by this time { $count }: about the same
before-more-so-far-daily = yesterday by this time { $count }: more
before-fewer-so-far-daily = yesterday by this time { $count }: fewer
before-slower-so-far-daily = yesterday by this time { $count }: slower
before-faster-so-far-daily = yesterday by this time { $count }: faster
no-before-so-far-daily = nothing known of yesterday
before-so-far-weekly = the week before by this time { $count }
before-same-so-far-weekly = the week before by this time { $count }: about the same
before-more-so-far-weekly = the week before by this time { $count }: more
before-fewer-so-far-weekly = the week before by this time { $count }: fewer
before-slower-so-far-weekly = the week before by this time { $count }: slower
before-faster-so-far-weekly = the week before by this time { $count }: faster
no-before-so-far-weekly = no week before
before-so-far-monthly = the month before by this time { $count }
before-same-so-far-monthly = the month before by this time { $count }: about the same
before-more-so-far-monthly = the month before by this time { $count }: more
before-fewer-so-far-monthly = the month before by this time { $count }: fewer
before-slower-so-far-monthly = the month before by this time { $count }: slower
before-faster-so-far-monthly = the month before by this time { $count }: faster
no-before-so-far-monthly = no month before
before-daily = the day before { $count }
before-same-daily = the day before { $count }: about the same
before-more-daily = the day before { $count }: more
before-fewer-daily = the day before { $count }: fewer
before-slower-daily = the day before { $count }: slower
before-faster-daily = the day before { $count }: faster
no-before-daily = nothing known of the day before
before-weekly = the week before { $count }
before-same-weekly = the week before { $count }: about the same
before-more-weekly = the week before { $count }: more
before-fewer-weekly = the week before { $count }: fewer
before-slower-weekly = the week before { $count }: slower
before-faster-weekly = the week before { $count }: faster
no-before-weekly = no week before
before-monthly = the month before { $count }
before-same-monthly = the month before { $count }: about the same
before-more-monthly = the month before { $count }: more
before-fewer-monthly = the month before { $count }: fewer
before-slower-monthly = the month before { $count }: slower
before-faster-monthly = the month before { $count }: faster
no-before-monthly = no month before
productivity-issues = Issues closed a day
productivity-pulls = PRs merged a day
productivity-commits = Commits a day
productivity-review = First review
productivity-merge = Time to merge
to-merge = median { $median } (n { $n })
first-review = median { $median } (n { $n }); { $without ->
    [0] none merged without a review
    [one] 1 merged without a review
   *[other] { $without } merged without a review
 }

## What needs you
needs-you = Needs you
needs-nothing = Nothing needs you.
need-outage = { $kind ->
    [limit] { $node }: { $what } has been beyond its limit since { $since }
    [unreachable] { $node }: not reachable since { $since }
   *[other] { $node }: { $what } has not been up since { $since }
 }
need-issue = Priority P{ $priority }: { $title }{ $more ->
    [0] {""}
   *[other] , and { $more } more
 }
need-review = PR { $title } has waited { $span } for a first review{ $more ->
    [0] {""}
    [one] , and 1 more
   *[other] , and { $more } more
 }
link-incidents = incidents
link-forecasts = forecasts
link-objectives = objectives
link-next = next steps
link-cost = cost

## Agents and people
no-agents = No agent's work is known.
agent-alone = { $name }
agent-line = { $name }: { $list }
agent-commits = { $n ->
    [one] { $count } commit
   *[other] { $count } commits
 }
agent-pulls = { $n ->
    [one] { $count } PR merged
   *[other] { $count } PRs merged
 }
agent-issues = { $n ->
    [one] { $count } issue closed
   *[other] { $count } issues closed
 }
agent-work = { $n ->
    [one] { $count } session
   *[other] { $count } sessions
 }, { $work } of work ({ $wall } by the clock)
agent-work-alone = { $n ->
    [one] { $count } session
   *[other] { $count } sessions
 }, { $work } of work
agent-tokens = tokens: { $input } in, { $write } cache write, { $read } cache read, { $output } out
tokens-cost = { $tokens }; { $sum } API-equivalent
tokens-cost-unpriced = { $tokens }; { $sum } API-equivalent, { $n ->
    [one] { $count } request without a price
   *[other] { $count } requests without a price
 }
tokens-unpriced = { $tokens }; { $n ->
    [one] { $count } request without a price
   *[other] { $count } requests without a price
 }
agent-levels = commits: { $signed } signed, { $observed } observed at work there, { $shared } of several at work there
agent-no-logs = no session logs of it here
unsigned = People and unknown: { $n ->
    [one] { $count } commit
   *[other] { $count } commits
 }
newest-commits = Newest { $n } of { $of } commits
no-commits = No commits.
contributors-caption = Who contributed; a commit counts for everyone who had a part in it
kind-agent = agent
kind-person = person
kind-bot = bot
unknown = unknown
lines = +{ $added } −{ $deleted }

## Columns
column-name = Name
column-kind = Kind
column-commits = Commits
column-lines = Lines
column-languages = Languages
column-repository = Repository
column-node = Node
column-up = Uptime
column-down = Down
column-unknown = Unknown
column-day = Day
column-week = Days
column-cost = Cost
column-hour-median = Median of an hour
column-hour-mean = Mean of an hour
column-hour-p95 = Highest p95
column-mean = Mean
column-highest = Highest
column-errors = Errors
column-incident = Incident
column-span = Took
column-disk = Disk
column-used = Used
column-outlook = Foreseen
and-more = and { $n } more
and-more-up = and { $n } more, all { $uptime } or better
and-more-idle = and { $n } more without commits
and-more-repositories = and { $n } more without commits, or with fewer
and-shorter = and { $n } shorter ones

## The machines
avg-response = Avg Response Time
error-rate = Error Rate
response-mean = { $mean } ({ $n } probes)
response = { $mean } (median { $median }, p95 { $p95 }; { $n } probes)
figure-beside = { $value }; { $beside }
rate-of = { $rate } ({ $bad } of { $all } probes)
error = { $time } { $node } { $what }: { $text }
no-probes = no data: no other node answered a full probe
no-judged = no data: nothing was judged
uptime = Uptime
seen = Seen: { $list }; the others all the time.
seen-node = { $node } { $percent }
and-unseen = and { $n } more of which too little was seen
uptime-caption = The worst first; unknown time counts in no percentage
seen-only = seen { $percent } only
unknown-paused = { $unknown } (paused { $paused })
no-nodes = No nodes are known.
incidents = Incidents ({ $count })
no-incidents = Nothing broke.
incident = { $letter } { $time } { $node }: { $kind ->
    [limit] { $what } beyond its limit
    [unreachable] not reachable
   *[other] { $what } failed
 }; { $seen }, { $end }
incident-again = { $letters } { $node }: { $kind ->
    [limit] { $what } beyond its limit { $times } times
    [unreachable] not reachable { $times } times
   *[other] { $what } failed { $times } times
 }, from { $first } to { $last }; back after { $median } (median, longest { $longest }), { $ours } of { $times } by Mamori
seen-unknown = seen when we began to look
seen-at-once = seen at once
seen-after = seen after { $span }
end-open = and goes on
end-paused = paused after { $span }
end-mamori = back after { $span }, by Mamori
end-owner = back after { $span }, by its owner
end-itself = back after { $span }, by itself
mttd = Mean time to detect
mttr = Mean time to repair
mean-of = { $mean } (median { $median }, longest { $longest }; n { $n })
repaired = Repaired by Mamori
repaired-of = { $count } of { $of }
healed = { $n ->
    [one] Healed once, on { $node }: { $last }
   *[other] Healed { $n } times, the last on { $node }: { $last }
 }
forecasts = Forecasts
no-forecasts = Nothing is foreseen yet: too little data.
all-calm = { $n ->
    [one] The one thing that is watched stays under its limit.
   *[other] All { $n } things that are watched stay under their limits.
 }
forecast-disk = { $node }: { $what }: { $outlook }
forecast-between = { $node }: { $what } reaches { $limit } between { $early } and { $late } ({ $chance } likely)
forecast-some-time = { $node }: { $what } reaches { $limit } ({ $chance } likely)
forecast-service = { $node }: { $what } restarts three times or more within a day ({ $chance } likely)
scores = Forecasts whose time has come, and how many were right: { $list }.
scored = { $what } { $right } of { $judged } ({ $percent })
scored-few = { $what } { $right } of { $judged }
services = services
disk = disk
disk-at = disk { $mount }
memory = memory
inodes = inodes
battery = battery
network = the network
tmux-session = tmux session { $session }
errors = Errors

## Charts
describe-uptime = Uptime { $uptime }, down { $down }, unknown { $unknown }
chart-response = Response time, median with p5–p95, ms
chart-response-mean = Response time, mean and range, ms
describe-response-mean = Mean { $median }, p95 { $p95 }, highest { $highest }
describe-response = Median { $median }, p95 { $p95 }; the highest p95 of a stretch { $highest }
chart-timeline = Incidents in their order
describe-timeline = { $n } incidents on { $nodes ->
    [one] one node
   *[other] { $nodes } nodes
 }
chart-load = Load of the last minute, by node
describe-load = { $node } had the highest mean, { $mean }, at most { $highest }
chart-errors = Errors a day
describe-errors = { $n ->
    [one] { $count } error
   *[other] { $count } errors
 } in all
chart-repair = Time to repair, minutes, a dot an incident
describe-repair = { $n ->
    [one] One incident
   *[other] { $n } incidents
 }, median { $median }, longest { $longest }
chart-cost = Cost a week by agent, US dollars, API-equivalent
describe-cost = { $sum } in all, most of it { $agent }
chart-disk = { $node }: disk { $mount }, % used
describe-disk = { $used } now, { $limit } between { $early } and { $late }
limit = limit { $limit }
other = other
no-trends = Too little data for trends.
no-data = no data
class-up = up
class-down = down
class-unknown = unknown
class-paused = paused
data-table = Data as a table

## Code
code-caption = Commits and lines without merges, by repository
language = { $name } { $share }
apart = Apart from these: vendored and generated files { $lines }, { $n ->
    [one] { $count } binary file
   *[other] { $count } binary files
 }.
failures = Reverted within 7 days: { $n } of { $of } merges.
failures-percent = Reverted within 7 days: { $n } of { $of } merges ({ $percent }).
provisional = { $line } Provisional until { $date }.

## Objectives and money
no-objectives = No milestones.
objective = { $title }: { $closed } of { $all } ({ $percent })
objective-empty = { $title } has no issues
pace-done = done
pace-no-date = no due date
pace-late = late: due { $due }
pace-none-yet = due { $due }: needs { $needed } a day; no pace yet
pace-on = due { $due }: needs { $needed } a day, had { $had }: on pace
pace-behind = due { $due }: needs { $needed } a day, had { $had }: behind
no-cost-data = no cost data
cost-agents = Agents by list price
cost-per-pull = Per merged PR
per-pull = { $sum } API-equivalent (n { $n })
budget-alone = { $budget } a month
cost-budget = Budget
budget-of = { $budget } a month; the agents' API-equivalent is { $percent } of it
cost-logged = Cost log
logged = { $sums } ({ $n ->
    [one] 1 entry
   *[other] { $n } entries
 })
cost-told = Told by agents themselves
told = { $sum }
unpriced = { $n ->
    [one] { $count } of { $of } requests is without a price
   *[other] { $count } of { $of } requests are without a price
 }: { $models }
prices = API-equivalent: tokens by list price, checked { $date }; who pays a subscription got no such bill.
no-disks = No disks are known.
node-mount = { $node } { $mount }
capacity-caption = Disks, those that fill first
not-enough-data = not enough data ({ $have } of { $need } days)
reaches-on = { $limit } on { $date } ({ $chance } likely)
reaches-between = { $limit } between { $early } and { $late } ({ $chance } likely)
stays-under = stays under { $limit } for { $days } days ({ $chance })

## Recommendations
silent-machines = The rules about machines were silent: { $why }.
silent-forge = The rules about reviews, reverts and milestones were silent: { $why }.
no-advice = None of { $rules } rules holds.
rule-1 = Free { $size } on { $node } before { $date }: its disk { $mount } is { $used } full and grew { $grown } a day.
rule-1-folder = Free { $size } on { $node } before { $date }: its disk { $mount } is { $used } full, and { $path } grew { $grown } a day.
rule-2 = Give { $node } more memory or less work: in { $percent } of { $samples } samples less than { $limit } of its memory was available.
rule-3 = { $what } on { $node } was brought back { $n } times; last: { $last }. Find its cause.
rule-4 = { $what } on { $node } could not be brought back in { $n } tries between { $from } and { $until }: { $needed }.
rule-4-open = { $what } on { $node } could not be brought back in { $n } tries since { $from }: { $needed }.
rule-5 = { $node } was not seen for { $span }. Check with mamori doctor.
rule-5-slept = { $node } was not seen for { $span }, most often because this machine slept. Let a machine that stays awake watch it.
rule-5-stopped = { $node } was not seen for { $span }, most often because no watcher ran. Check with mamori doctor.
rule-6 = { $what } on { $node } alarmed { $n } times, half of them shorter than { $median }: raise its limit or judge.raise.
rule-7 = { $what } was seen after { $median } (median of { $n }): shorten { $key } from { $old } to { $new }.
rule-8 = { $n } of { $of } PRs were merged without a review by someone else.
rule-9 = PRs waited { $median } (median of { $n }) for a first answer.
rule-9-open = PRs waited { $median } (median of { $n }) for a first answer; oldest open: #{ $number }, { $age }.
rule-10 = { $n } of { $of } merged PRs were reverted within 7 days: { $ids }.
rule-11 = API-equivalent cost { $over ->
    [yes] came to
   *[no] heads for
 } { $sum } of { $budget }.
rule-11-most = API-equivalent cost { $over ->
    [yes] came to
   *[no] heads for
 } { $sum } of { $budget }: { $agent } on { $model } is { $percent } of it.
rule-12 = { $title } ends { $date } at { $pace } a day, { $days } days after its due date: move { $n ->
    [one] 1 issue
   *[other] { $n } issues
 } or the date.
needed-unknown = nothing says why

## Next steps
steps-partial = Not every repository could be read.
no-steps = No open issue has a priority from P0 to P2.
step = P{ $priority } #{ $number } { $title }, open { $age }
waits = PR #{ $number } { $title } has waited { $age } for a first answer

## About
not-known = Not known: { $why }
none-github = no repositories are configured (report.github)
none-repositories = no repositories are configured (report.repositories)
none-history = no history yet (start: mamori watch)
none-seen = too little was seen
none-agents = no session logs of agents were found
none-data = no data
no-datum = No data was used.
newest-datum = Newest datum: { $date }, { $time }.
sources-whole = { $n ->
    [one] 1 source was read whole.
   *[other] { $n } sources were read whole.
 }
source-ok = { $name }: { $why }
source-partial = { $name }, in part: { $why }
source-missing = { $name }, missing: { $why }
about-changes = More and fewer are said only where the change is larger than chance. Commits are by author date, each once, without merges, so pull requests may outnumber them. Errors are lines of errors.log: problems that began; the error rate counts samples with a problem.

## The index, and what stands around a report
index-title = { $title } reports
index-so-far = { $period } so far
index-empty = No reports yet: mamori report daily
kind-daily = Daily
kind-weekly = Weekly
kind-monthly = Monthly
