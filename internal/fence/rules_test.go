package fence

// edge lets one package of ours import another. A package stands for its subpackages too, which may import each other.
type edge struct{ from, to, reason string }

// houses are the packages that the rules speak of, longest first where one lies inside another.
var houses = []string{
	"benchcheck",
	"browser",
	"cmd/aggregator/internal/config",
	"cmd/aggregator/internal/sink",
	"cmd/aggregator",
	"configs",
	"consistency",
	"deploy",
	"faults",
	"internal/acme",
	"internal/api/door",
	"internal/api",
	"internal/booking",
	"internal/cache",
	"internal/crowd",
	"internal/fence",
	"internal/fetch",
	"internal/figure",
	"internal/merge",
	"internal/metrics",
	"internal/ops",
	"internal/problem",
	"internal/process",
	"internal/redisclient",
	"internal/redistest",
	"internal/relay",
	"internal/search",
	"internal/taken",
	"internal/timeslot",
	"internal/trace",
	"loadtest",
	"web",
}

// edges are all that is allowed; whatever is not listed is not.
var edges = []edge{
	{"cmd/aggregator", "cmd/aggregator/internal/config", "wiring knows every name"},
	{"cmd/aggregator", "cmd/aggregator/internal/sink", "wiring puts it before standard error"},
	{"cmd/aggregator", "configs", "wiring: demo serves what configs/demo.yaml says"},
	{"cmd/aggregator", "internal/acme", "wiring: demo and acme start the simulator"},
	{"cmd/aggregator", "internal/api", "wiring"},
	{"cmd/aggregator", "internal/api/door", "wiring puts the door before the routes"},
	{"cmd/aggregator", "internal/booking", "wiring"},
	{"cmd/aggregator", "internal/cache", "wiring"},
	{"cmd/aggregator", "internal/crowd", "wiring: demo --traffic"},
	{"cmd/aggregator", "internal/fetch", "wiring"},
	{"cmd/aggregator", "internal/metrics", "wiring"},
	{"cmd/aggregator", "internal/ops", "wiring gives it the metrics to read, and mounts it on the admin listener"},
	{"cmd/aggregator", "internal/redisclient", "wiring"},
	{"cmd/aggregator", "internal/problem", "admin calls are refused as others are"},
	{"cmd/aggregator", "internal/ops", "wiring gives it the metrics to read and what operators may change, and mounts it on the admin listener"},
	{"cmd/aggregator", "internal/search", "wiring"},
	{"cmd/aggregator", "internal/taken", "wiring"},
	{"cmd/aggregator", "internal/timeslot", "wiring translates configuration into the domain"},
	{"cmd/aggregator", "internal/trace", "wiring: where traces go"},
	{"cmd/aggregator", "web", "wiring mounts the pages"},
	{"cmd/aggregator/internal/config", "internal/timeslot", "rankings, sources and policies are the domain's"},

	{"consistency", "internal/process", "replicas, Redis and a tenant that come and go"},
	{"faults", "internal/process", "the service, Redis and proxies as processes"},
	{"faults", "internal/acme", "the good upstream behind the bad one"},
	{"faults", "internal/trace", "the collector that tests use: what traces say is searched"},

	{"internal/crowd", "internal/acme", "the tenant whose clinicians and departments are asked for"},

	{"internal/api", "internal/api/door", "one way to read and mint correlation ids"},
	{"internal/api", "internal/booking", "mounts the pass-through"},
	{"internal/api", "internal/problem", "errors become documents"},
	{"internal/api", "internal/search", "asks for answers"},
	{"internal/api", "internal/timeslot", "the domain"},
	{"internal/api", "internal/trace", "begins and ends the traces of requests"},
	{"internal/api/door", "internal/problem", "what may not come in is told why"},
	{"internal/booking", "internal/problem", "calls that are not sent, or not answered"},
	{"internal/booking", "internal/timeslot", "the domain: claims"},
	{"internal/booking", "internal/trace", "a span for the call"},
	{"internal/search", "internal/fetch", "gather: what the cache lacks"},
	{"internal/search", "internal/cache", "gather: what is known already"},
	{"internal/search", "internal/taken", "what is taken when an answer is served"},
	{"internal/search", "internal/merge", "fragments become a result"},
	{"internal/search", "internal/timeslot", "the domain"},
	{"internal/search", "internal/trace", "spans: plan, look-up, fetch, merge"},
	{"internal/fetch", "internal/timeslot", "the domain"},
	{"internal/fetch", "internal/trace", "a span for each call"},
	{"internal/cache", "internal/redisclient", "fragments that replicas share"},
	{"internal/cache", "internal/timeslot", "the domain"},
	{"internal/taken", "internal/cache", "events that make fragments outdated"},
	{"internal/taken", "internal/redisclient", "where the replicas meet"},
	{"internal/taken", "internal/timeslot", "the domain: claims"},
	{"internal/merge", "internal/timeslot", "the domain"},
	{"internal/ops", "internal/problem", "one listener too many"},
	{"internal/problem", "internal/timeslot", "the domain: violations"},
	{"internal/ops", "internal/timeslot", "the domain: sources, and what is wrong with a query"},
	{"internal/metrics", "internal/timeslot", "labels are the domain's words"},
	{"internal/redistest", "internal/process", "addresses that stay free"},
	{"internal/redistest", "internal/redisclient", "clients of the servers that it runs"},
	{"internal/redistest", "internal/timeslot", "what the stores count goes by source"},
}

// testEdges are allowed to tests on top of edges.
var testEdges = []edge{
	{anywhere, "internal/figure", "one way to judge what is measured"},
	{"cmd/aggregator", "internal/process", "addresses that stay free"},
	{anywhere, "internal/redistest", "a real Redis for tests"},
	{"internal/search", "internal/redisclient", "the tier that replicas share is measured with it"},
	{"internal/fetch", "internal/relay", "connections that die without a word"},
	{"internal/taken", "internal/relay", "a server that one replica does not reach"},
	{"faults", "internal/relay", "connections that die without a word"},
	{"internal/api", "internal/acme", "tests run against the simulator"},
	{"internal/booking", "internal/acme", "tests run against the simulator"},
	{"internal/fetch", "internal/acme", "tests run against the simulator"},
	{"internal/search", "internal/acme", "tests run against the simulator"},
	{"internal/api", "internal/fetch", "a real search answers in tests"},
	{"internal/api", "internal/cache", "a real search answers in tests"},
	{"internal/api", "internal/merge", "a real search answers in tests"},
	{"internal/api", "internal/taken", "a real search answers in tests"},
	{"loadtest", "faults", "the service as a process, to be loaded"},
	{"loadtest", "internal/acme", "the tenant behind it"},
	{"loadtest", "internal/trace", "the collector that tests use: how long the calls behind an answer took"},
	{"deploy", "faults", "replicas as processes, to be scraped"},
	{"deploy", "internal/acme", "the tenant behind them"},
	{"browser", "faults", "the service as a process, to be looked at"},
	{"browser", "web", "pages of answers that a tidy tenant does not give"},
	{"browser", "internal/acme", "the tenant behind it"},
}

// anywhere stands for every package of ours except the domain, which uses the standard library only.
const anywhere = "*"

// library lets packages of ours use a third-party import path and what lies below it; the longest path decides.
type library struct {
	path    string
	allowed []string
	reason  string
}

var libraries = []library{
	{"github.com/labstack/echo/v4", []string{"internal/api"}, "the web framework stays at the edge"},
	{"github.com/rs/cors", []string{"internal/api/door"}, "the Fetch standard's rules for other origins"},
	{"github.com/redis/go-redis/v9", []string{"internal/redisclient", "internal/redistest", "internal/cache", "internal/taken"}, "scripts and pipelines of those who keep data in Redis"},
	{"github.com/sony/gobreaker/v2", []string{"internal/fetch"}, "guards surround upstream calls"},
	{"golang.org/x/sync/singleflight", []string{"internal/fetch"}, "flights are bare without a detached context around them"},
	{"golang.org/x/sync", []string{anywhere}, "errgroup, semaphore: small, and hide nothing"},
	{"golang.org/x/text", []string{"web"}, "names are compared decomposed, as browsers do"},
	{"golang.org/x/time", []string{"internal/fetch", "internal/api", "internal/trace"}, "rate budgets: upstream's, our own door's, of traces"},
	{"go.opentelemetry.io", []string{"internal/trace"}, "spans and their export in one place"},
	{"google.golang.org/protobuf", []string{"internal/trace"}, "the collector that tests use reads OTLP"},
	{"github.com/prometheus", []string{"internal/metrics", "cmd/aggregator"}, "collectors in one place; wiring hands the registry in"},
	{"github.com/maypok86/otter/v2", []string{"internal/cache", "internal/taken", "internal/api"}, "fragments; slot ids; encoded responses"},
	{"github.com/klauspost/compress", []string{"internal/cache", "internal/api", "faults"}, "values in Redis; answers; looking into values"},
	{"github.com/andybalholm/brotli", []string{"internal/api"}, "answers"},
	{"github.com/cespare/xxhash/v2", []string{"internal/cache", "internal/api", "internal/fetch"}, "checksums, tags, digests"},
	{"github.com/go-faster/jx", []string{"internal/api"}, "encoding answers"},
	{"github.com/alecthomas/kong", []string{"cmd/aggregator", "loadtest"}, "command lines"},
	{"go.yaml.in/yaml/v3", []string{"cmd/aggregator/internal/config", "deploy"}, "YAML does not reach beyond configuration and manifests"},
	{"github.com/fsnotify/fsnotify", []string{"cmd/aggregator"}, "reload"},
	{"github.com/KimMachineGun/automemlimit", []string{"cmd/aggregator"}, "memory limit of the container"},
	{"github.com/tsenart/vegeta/v12", []string{"loadtest"}, "load generation"},
}

// testLibraries are allowed to the tests of all packages.
var testLibraries = []library{
	{"github.com/google/go-cmp", nil, "differences that read"},
	{"pgregory.net/rapid", nil, "properties"},
	{"go.uber.org/goleak", nil, "goroutines that stay"},
	{"github.com/getkin/kin-openapi", nil, "published schemas"},
	{"github.com/prometheus", nil, "what was counted; rules and dashboards are read by Prometheus' own parser"},
	{"go.opentelemetry.io", nil, "what a collector gets"},
	{"go.yaml.in/yaml/v3", nil, "rules and manifests"},
	{"github.com/chromedp", nil, "pages in a real browser"},
}
