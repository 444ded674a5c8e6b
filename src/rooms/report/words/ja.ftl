# レポートの日本語。数字は半角、句読点は全角。

## 表題と期間
title-daily = { $title } 日次レポート - { $stamp }
title-weekly = { $title } 週次レポート - { $stamp }
title-monthly = { $title } 月次レポート - { $stamp }
period = { $period } 00:00〜24:00、{ $zone }
period-odd = { $period } 00:00〜24:00({ $hours }時間)、{ $zone }
period-days = { $period }、{ $days }日間、{ $zone }
period-so-far = { $period } { $until }まで、{ $zone }

## 見出し
heading-summary = 概要
heading-agents = エージェントの活動
heading-contributors = エージェントと主な貢献者
heading-metrics = 稼働状況
heading-trends = 推移
heading-uptime-week = この週の稼働率と障害
heading-reliability = この月の信頼性
heading-code = リポジトリ別のコード
heading-objectives = 目標
heading-cost = コスト分析
heading-capacity = 容量計画(90日)
heading-recommendations = 提案
heading-next = 次の作業
heading-about = このレポートについて

## 一文
sentence-one = { $first }。
sentence-two = { $first }。{ $second }。
calm-two = { $first }、{ $second }
nothing-known = この期間の記録はまだありません。
down = { $node }が{ $since }から停止中
down-many = { $node }ほか{ $n }台が停止中
open = { $kind ->
    [limit] { $node }の{ $what }が{ $since }から上限を超過
    [unreachable] { $node }に{ $since }から接続できません
   *[other] { $node }の{ $what }が{ $since }から停止中
 }
unseen = { $node }は{ $since }から確認できていません
unseen-all = { $node }は期間中まったく確認できていません
unseen-many = { $node }ほか{ $n }台を期末に確認できていません
crossing = { $node }の{ $what }は{ $date }ごろ{ $limit }に達する見込み
broke-once = { $kind ->
    [limit] { $node }の{ $what }が{ $span }上限を超過
    [unreachable] { $node }に{ $span }接続できませんでした
   *[other] { $node }の{ $what }が1回停止し、{ $span }で復旧
 }
broke-often = { $nodes ->
    [1] { $node }で障害{ $n }件
   *[other] { $nodes }台で障害{ $n }件
 }、すべて復旧、最長{ $longest }
broke-again = { $kind ->
    [limit] { $node }の{ $what }が{ $times }回上限を超過
    [unreachable] { $node }に{ $times }回接続できず
   *[other] { $node }の{ $what }が{ $times }回停止し、毎回復旧
 }{ $n ->
    [0] {""}
   *[other] 、ほかに障害{ $n }件
 }
incomplete = { $source }{ $n ->
    [0] {""}
   *[other] ほか{ $n }件
 }のデータがなく、レポートは不完全
all-up = { $n ->
    [1] 機器は常時稼働
   *[other] { $n }台すべて常時稼働
 }
no-downtime = { $n ->
   *[other] { $n }台に停止は見られず
 }
up-at-least = { $n ->
    [1] 機器の稼働率{ $uptime }
   *[other] { $n }台の稼働率{ $uptime }以上
 }
work = { $issues ->
   *[other] Issue { $issue-count }件完了
 }、{ $pulls ->
   *[other] PR { $pull-count }件マージ
 }
work-commits = { $n ->
   *[other] コミット{ $count }件
 }
spent = API換算{ $sum }
spent-of = API換算{ $sum }、予算{ $budget }の{ $percent }
objectives-behind = { $n ->
    [0] { $of }件の目標に遅れなし
   *[other] 目標{ $of }件中{ $n }件が遅れ
 }

## タイル
tile-issues-closed = 完了したIssue
tile-prs-merged = マージしたPR
tile-commits = コミット
tile-errors = エラー
tile-cost = コスト(API換算)
tile-objectives = 予定どおりの目標
tile-worst-uptime = 最低の稼働率
plain = { $count }件
at-least = { $count }件以上
commits-merges = { $count }件{ $n ->
   *[other] (+マージ{ $merges }件)
 }
besides-issues = Issueのうち対応予定なし{ $planned }件、重複{ $duplicate }件。
besides-pulls = PRのうち既定ブランチへ{ $default }件、ボットによるもの{ $bots }件。
besides-cost = エージェント: API換算{ $sum }。
besides-commits = { $n ->
   *[other] コミット{ $count }件
 }、うちエージェントが関与{ $agents }件。
besides-opened = 新規: { $issues ->
   *[other] Issue { $issue-count }件
 }、{ $pulls ->
   *[other] PR { $pull-count }件
 }。
node-uptime = { $node } { $uptime }
down-for = 停止{ $span }
api-equivalent = API換算{ $sum }
no-pace = まだ不明
on-pace-of = { $of }件中{ $n }件
before-so-far-daily = 前日同時刻{ $count }
before-same-so-far-daily = 前日同時刻{ $count }とほぼ同じ
before-more-so-far-daily = 前日同時刻{ $count }から増加
before-fewer-so-far-daily = 前日同時刻{ $count }から減少
before-slower-so-far-daily = 前日同時刻{ $count }より遅い
before-faster-so-far-daily = 前日同時刻{ $count }より速い
no-before-so-far-daily = 前日の記録なし
before-so-far-weekly = 前週同時点{ $count }
before-same-so-far-weekly = 前週同時点{ $count }とほぼ同じ
before-more-so-far-weekly = 前週同時点{ $count }から増加
before-fewer-so-far-weekly = 前週同時点{ $count }から減少
before-slower-so-far-weekly = 前週同時点{ $count }より遅い
before-faster-so-far-weekly = 前週同時点{ $count }より速い
no-before-so-far-weekly = 前週の記録なし
before-so-far-monthly = 前月同時点{ $count }
before-same-so-far-monthly = 前月同時点{ $count }とほぼ同じ
before-more-so-far-monthly = 前月同時点{ $count }から増加
before-fewer-so-far-monthly = 前月同時点{ $count }から減少
before-slower-so-far-monthly = 前月同時点{ $count }より遅い
before-faster-so-far-monthly = 前月同時点{ $count }より速い
no-before-so-far-monthly = 前月の記録なし
before-daily = 前日{ $count }
before-same-daily = 前日{ $count }とほぼ同じ
before-more-daily = 前日{ $count }から増加
before-fewer-daily = 前日{ $count }から減少
before-slower-daily = 前日{ $count }より遅い
before-faster-daily = 前日{ $count }より速い
no-before-daily = 前日の記録なし
before-weekly = 前週{ $count }
before-same-weekly = 前週{ $count }とほぼ同じ
before-more-weekly = 前週{ $count }から増加
before-fewer-weekly = 前週{ $count }から減少
before-slower-weekly = 前週{ $count }より遅い
before-faster-weekly = 前週{ $count }より速い
no-before-weekly = 前週の記録なし
before-monthly = 前月{ $count }
before-same-monthly = 前月{ $count }とほぼ同じ
before-more-monthly = 前月{ $count }から増加
before-fewer-monthly = 前月{ $count }から減少
before-slower-monthly = 前月{ $count }より遅い
before-faster-monthly = 前月{ $count }より速い
no-before-monthly = 前月の記録なし
productivity-issues = 1日あたりの完了Issue
productivity-pulls = 1日あたりのマージPR
productivity-commits = 1日あたりのコミット
productivity-review = 最初のレビューまで
productivity-merge = マージまで
to-merge = 中央値{ $median }(n { $n })
first-review = 中央値{ $median }(n { $n })、レビューなしのマージ{ $without ->
   *[other] { $without }件
 }

## 対応が必要なもの
needs-you = 対応が必要なもの
needs-nothing = 対応が必要なものはありません。
need-outage = { $kind ->
    [limit] { $node }: { $what }が{ $since }から上限を超過
    [unreachable] { $node }: { $since }から接続できません
   *[other] { $node }: { $what }が{ $since }から停止中
 }
need-issue = 優先度P{ $priority }: { $title }{ $more ->
    [0] {""}
   *[other] (ほか{ $more }件)
 }
need-review = PR { $title }が{ $span }前から最初のレビュー待ち{ $more ->
    [0] {""}
   *[other] (ほか{ $more }件)
 }
link-incidents = 障害
link-forecasts = 予測
link-objectives = 目標
link-next = 次の作業
link-cost = コスト

## エージェントと人
no-agents = エージェントの作業記録はありません。
agent-alone = { $name }
agent-line = { $name }: { $list }
agent-commits = { $n ->
   *[other] コミット{ $count }件
 }
agent-pulls = { $n ->
   *[other] PR { $count }件マージ
 }
agent-issues = { $n ->
   *[other] Issue { $count }件完了
 }
agent-work = { $n ->
   *[other] セッション{ $count }件
 }、作業{ $work }(実時間{ $wall })
agent-work-alone = { $n ->
   *[other] セッション{ $count }件
 }、作業{ $work }
agent-tokens = トークン: 入力{ $input }、キャッシュ書込{ $write }、キャッシュ読出{ $read }、出力{ $output }
tokens-cost = { $tokens }、API換算{ $sum }
tokens-cost-unpriced = { $tokens }、API換算{ $sum }、{ $n ->
   *[other] 価格不明の要求{ $count }件
 }
tokens-unpriced = { $tokens }、{ $n ->
   *[other] 価格不明の要求{ $count }件
 }
agent-levels = コミット: 署名{ $signed }件、作業を確認{ $observed }件、複数が作業中{ $shared }件
agent-no-logs = このマシンにセッション記録なし
unsigned = 人および不明: { $n ->
   *[other] コミット{ $count }件
 }
newest-commits = コミット{ $of }件中の最新{ $n }件
no-commits = コミットはありません。
contributors-caption = 貢献者(1つのコミットは関わった全員に数える)
kind-agent = エージェント
kind-person = 人
kind-bot = ボット
unknown = 不明
lines = +{ $added } −{ $deleted }

## 列
column-name = 名前
column-kind = 種類
column-commits = コミット
column-lines = 行
column-languages = 言語
column-repository = リポジトリ
column-node = ノード
column-up = 稼働率
column-down = 停止
column-unknown = 不明
column-day = 日
column-week = 日
column-cost = コスト
column-hour-median = 1時間の中央値
column-hour-mean = 1時間の平均
column-hour-p95 = p95の最大
column-mean = 平均
column-highest = 最大
column-errors = エラー
column-incident = 障害
column-span = 所要
column-disk = ディスク
column-used = 使用率
column-outlook = 見込み
and-more = ほか{ $n }件
and-more-up = ほか{ $n }台、いずれも{ $uptime }以上
and-more-idle = ほか{ $n }件(コミットなし)
and-more-repositories = ほか{ $n }件(コミットなし、またはより少ない)
and-shorter = より短いもの、ほか{ $n }件

## 機器
avg-response = 平均応答時間
error-rate = エラー率
response-mean = { $mean }({ $n }回)
response = { $mean }(中央値{ $median }、p95 { $p95 }、{ $n }回)
figure-beside = { $value }、{ $beside }
rate-of = { $rate }({ $all }回中{ $bad }回)
error = { $time } { $node } { $what }: { $text }
no-probes = データなし: 他のノードからの応答なし
no-judged = データなし: 判定なし
uptime = 稼働率
seen = 確認できた時間: { $list }、ほかは全時間。
seen-node = { $node } { $percent }
and-unseen = ほか{ $n }台は確認できた時間が不足
uptime-caption = 稼働率(低い順)。不明は率に含めない
seen-only = 確認できたのは{ $percent }のみ
unknown-paused = { $unknown }(一時停止{ $paused })
no-nodes = ノードの記録はありません。
incidents = 障害({ $count }件)
no-incidents = 障害はありません。
incident = { $letter } { $time } { $node }: { $kind ->
    [limit] { $what }が上限を超過
    [unreachable] 接続不可
   *[other] { $what }が停止
 }、{ $seen }、{ $end }
incident-again = { $letters } { $node }: { $kind ->
    [limit] { $what }が{ $times }回上限を超過
    [unreachable] { $times }回接続不可
   *[other] { $what }が{ $times }回停止
 }、{ $first }から{ $last }、復旧まで{ $median }(中央値、最長{ $longest })、{ $times }回中{ $ours }回はMamoriが復旧
seen-unknown = 監視開始時に検知
seen-at-once = 直ちに検知
seen-after = { $span }で検知
end-open = 継続中
end-paused = { $span }後に一時停止
end-mamori = { $span }でMamoriが復旧
end-owner = { $span }で管理者が復旧
end-itself = { $span }で自然に復旧
mttd = 平均検知時間
mttr = 平均復旧時間
mean-of = { $mean }(中央値{ $median }、最長{ $longest }、n { $n })
repaired = Mamoriによる復旧
repaired-of = { $of }件中{ $count }件
healed = { $n ->
    [1] 自己修復1件({ $node }): { $last }
   *[other] 自己修復{ $n }件、最後({ $node }): { $last }
 }
forecasts = 予測
no-forecasts = データ不足のため予測はまだありません。
all-calm = { $n ->
   *[other] 監視中の{ $n }件はいずれも上限に達しない見込みです。
 }
forecast-disk = { $node }: { $what }: { $outlook }
forecast-between = { $node }: { $what }が{ $early }から{ $late }の間に{ $limit }に達する見込み(確率{ $chance })
forecast-some-time = { $node }: { $what }が{ $limit }に達する見込み(確率{ $chance })
forecast-service = { $node }: { $what }が1日に3回以上再起動する見込み(確率{ $chance })
scores = 結果の出た予測の的中: { $list }。
scored = { $what }{ $judged }件中{ $right }件({ $percent })
scored-few = { $what }{ $judged }件中{ $right }件
services = サービス
disk = ディスク
disk-at = ディスク { $mount }
memory = メモリ
inodes = iノード
battery = バッテリー
network = ネットワーク
tmux-session = tmuxセッション { $session }
errors = エラー

## 図
describe-uptime = 稼働率{ $uptime }、停止{ $down }、不明{ $unknown }
chart-response = 応答時間(中央値とp5〜p95、ms)
chart-response-mean = 応答時間(平均と範囲、ms)
describe-response-mean = 平均{ $median }、p95 { $p95 }、最大{ $highest }
describe-response = 中央値{ $median }、p95 { $p95 }、区間ごとのp95の最大{ $highest }
chart-timeline = 障害の時系列
describe-timeline = { $nodes }台で障害{ $n }件
chart-load = 直近1分の負荷(ノード別)
describe-load = 平均が最も高いのは{ $node }の{ $mean }、最大{ $highest }
chart-errors = 1日あたりのエラー(件)
describe-errors = 合計{ $n ->
   *[other] { $count }件
 }
chart-repair = 復旧時間(分、点は障害)
describe-repair = 障害{ $n }件、中央値{ $median }、最長{ $longest }
chart-cost = 週ごとのコスト(エージェント別、API換算、米ドル)
describe-cost = 合計{ $sum }、最大は{ $agent }
chart-disk = { $node }: ディスク { $mount } 使用率(%)
describe-disk = 現在{ $used }、{ $early }から{ $late }の間に{ $limit }
limit = 上限{ $limit }
other = その他
no-trends = データ不足のため推移はありません。
no-data = データなし
class-up = 稼働
class-down = 停止
class-unknown = 不明
class-paused = 一時停止
data-table = 表で見る

## コード
code-caption = リポジトリ別のコミットと行(マージを除く)
language = { $name } { $share }
apart = 別掲: 取込・生成ファイル{ $lines }、{ $n ->
   *[other] バイナリ{ $count }件
 }。
failures = 7日以内の取り消し: マージ{ $of }件中{ $n }件。
failures-percent = 7日以内の取り消し: マージ{ $of }件中{ $n }件({ $percent })。
provisional = { $line }{ $date }まで暫定。

## 目標とお金
no-objectives = マイルストーンはありません。
objective = { $title }: { $all }件中{ $closed }件({ $percent })
objective-empty = { $title } Issueなし
pace-done = 完了
pace-no-date = 期限なし
pace-late = 期限超過: { $due }
pace-none-yet = 期限{ $due }: 1日{ $needed }件必要、実績はまだ不明
pace-on = 期限{ $due }: 1日{ $needed }件必要、実績{ $had }件: 予定どおり
pace-behind = 期限{ $due }: 1日{ $needed }件必要、実績{ $had }件: 遅れ
no-cost-data = コストの記録なし
cost-agents = エージェント(定価換算)
cost-per-pull = マージしたPRあたり
per-pull = API換算{ $sum }(n { $n })
budget-alone = 月{ $budget }
cost-budget = 予算
budget-of = 月{ $budget }、エージェントのAPI換算はその{ $percent }
cost-logged = コスト記録
logged = { $sums }({ $n ->
   *[other] { $n }件
 })
cost-told = エージェント自身の申告
told = { $sum }
unpriced = { $n ->
   *[other] 要求{ $of }件中{ $count }件は価格不明
 }: { $models }
prices = API換算は定価によるトークン料金({ $date }確認)。定額契約の請求額ではありません。
no-disks = ディスクの記録はありません。
node-mount = { $node } { $mount }
capacity-caption = ディスク(早く埋まる順)
not-enough-data = データ不足({ $need }日中{ $have }日)
reaches-on = { $date }に{ $limit }(確率{ $chance })
reaches-between = { $early }から{ $late }の間に{ $limit }(確率{ $chance })
stays-under = { $days }日間{ $limit }未満(確率{ $chance })

## 提案
silent-machines = 機器に関する規則は判定できず: { $why }。
silent-forge = レビュー、取り消し、マイルストーンに関する規則は判定できず: { $why }。
no-advice = { $rules }件の規則のうち該当なし。
rule-1 = { $date }までに{ $node }で{ $size }空ける: ディスク{ $mount }は{ $used }使用、1日{ $grown }増加。
rule-1-folder = { $date }までに{ $node }で{ $size }空ける: ディスク{ $mount }は{ $used }使用、{ $path }が1日{ $grown }増加。
rule-2 = { $node }のメモリを増やすか負荷を減らす: { $samples }回中{ $percent }で使えるメモリが{ $limit }未満。
rule-3 = { $node }の{ $what }は{ $n }回復旧、最後: { $last }。原因の調査を。
rule-4 = { $node }の{ $what }は{ $from }から{ $until }まで{ $n }回試みても復旧せず: { $needed }。
rule-4-open = { $node }の{ $what }は{ $from }から{ $n }回試みても復旧せず: { $needed }。
rule-5 = { $node }は{ $span }確認できませんでした。mamori doctorで確認を。
rule-5-slept = { $node }は{ $span }確認できませんでした。主な原因はこの機器のスリープ。常時稼働の機器からの監視を。
rule-5-stopped = { $node }は{ $span }確認できませんでした。主な原因は監視の停止。mamori doctorで確認を。
rule-6 = { $node }の{ $what }の警報{ $n }件、半数は{ $median }未満: 上限かjudge.raiseの引き上げを。
rule-7 = { $what }の検知に{ $median }(n { $n }の中央値): { $key }を{ $old }から{ $new }に短縮を。
rule-8 = PR { $of }件中{ $n }件が他者のレビューなしでマージ。
rule-9 = PRの最初の返答まで{ $median }(n { $n }の中央値)。
rule-9-open = PRの最初の返答まで{ $median }(n { $n }の中央値)。最も古い未対応: #{ $number }、{ $age }。
rule-10 = マージしたPR { $of }件中{ $n }件が7日以内に取り消し: { $ids }。
rule-11 = API換算コストは予算{ $budget }に対し{ $sum }{ $over ->
    [yes] {""}
   *[no] の見込み
 }。
rule-11-most = API換算コストは予算{ $budget }に対し{ $sum }{ $over ->
    [yes] {""}
   *[no] の見込み
 }: { $agent }の{ $model }が{ $percent }。
rule-12 = { $title }は1日{ $pace }件の進み方で{ $date }に完了、期限の{ $days }日後: { $n ->
   *[other] { $n }件を移すか、期限の変更を。
 }
needed-unknown = 理由は不明

## 次の作業
steps-partial = 読めなかったリポジトリがあります。
no-steps = 優先度P0からP2の未完了Issueはありません。
step = P{ $priority } #{ $number } { $title } { $age }経過
waits = PR #{ $number } { $title } 返答待ち{ $age }

## このレポートについて
not-known = 不明: { $why }
none-github = リポジトリの設定なし(report.github)
none-repositories = リポジトリの設定なし(report.repositories)
none-history = 記録はまだありません(開始: mamori watch)
none-seen = 確認できた時間が不足
none-agents = エージェントのセッション記録なし
none-data = データなし
no-datum = 使用したデータはありません。
newest-datum = 最新のデータ: { $date } { $time }。
sources-whole = { $n ->
   *[other] 情報源{ $n }件をすべて読みました。
 }
source-ok = { $name }: { $why }
source-partial = { $name }(一部): { $why }
source-missing = { $name }(欠落): { $why }
about-changes = 増減は偶然の範囲を超えるときだけ記します。コミットは作成日時で、重複とマージを除くため、PRより少ないことがあります。エラーはerrors.logの行(始まった問題)、エラー率は問題のあった判定の割合です。

## 一覧
index-title = { $title } レポート
index-so-far = { $period }(途中)
index-empty = レポートはまだありません: mamori report daily
kind-daily = 日次
kind-weekly = 週次
kind-monthly = 月次
