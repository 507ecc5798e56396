package ops

import "time"

// Health is a word for how something is; the page shows it beside a sign of its own.
type Health string

// The words, from best to worst; Idle says that there is nothing to judge by.
const (
	Idle    Health = "idle"
	Healthy Health = "healthy"
	Warning Health = "warning"
	Failing Health = "failing"
)

// State is the document of GET /ops/state. Rates are per second over the last ten seconds, durations and ages in seconds,
// shares between 0 and 1.
type State struct {
	At            time.Time     `json:"at"`
	Replica       string        `json:"replica"`
	UptimeSeconds float64       `json:"uptimeSeconds"`
	Window        float64       `json:"windowSeconds"` // what rates and quantiles look back on
	Products      []Product     `json:"products"`
	Sources       []Source      `json:"sources"`
	Breakers      []Breaker     `json:"breakers"`
	Cache         []Cache       `json:"cache"`
	Circles       Circles       `json:"circles"`
	Redis         Redis         `json:"redis"`
	Tombstones    Tombstones    `json:"tombstones"`
	Build         Build         `json:"build"`
	Configuration Configuration `json:"configuration"`
	InFlight      float64       `json:"requestsInFlight"`
	Warm          []Warm        `json:"warm"`
	Oddities      []Oddity      `json:"oddities"`

	UnknownProducts []UnknownProduct `json:"unknownProducts"` // by how often they were named
}

// Warm is a query that is kept fresh (products.*.warm), and how the last round went.
type Warm struct {
	Product  string    `json:"product"`
	Query    string    `json:"query"`
	From     time.Time `json:"from,omitzero"`
	Until    time.Time `json:"until,omitzero"`
	Every    float64   `json:"every"` // seconds
	Rounds   int       `json:"rounds"`
	Last     time.Time `json:"last,omitzero"`
	Complete bool      `json:"complete"`
	Error    string    `json:"error,omitempty"`
}

// Product is one use case against its promise.
type Product struct {
	Name     string             `json:"name"`
	Health   Health             `json:"health"`
	Why      string             `json:"why,omitempty"` // of a warning or failing
	Enabled  bool               `json:"enabled"`       // false: switched off by an operator
	Booking  bool               `json:"bookingsOn"`    // false: so are its bookings
	Rate     float64            `json:"requestsPerSecond"`
	Errors   float64            `json:"errorRatio"`
	P50      float64            `json:"p50"`
	P95      float64            `json:"p95"`
	P99      float64            `json:"p99"`
	InTime   float64            `json:"inTimeRatio"` // share of answers within the promised latency
	SLO      SLO                `json:"slo"`
	Budget   float64            `json:"errorBudgetLeft"` // of this window's; below 0: overspent
	Cache    map[string]float64 `json:"cache"`           // share by what the cache said
	Partial  float64            `json:"partialPerSecond"`
	AgeP50   float64            `json:"servedAgeP50"`
	AgeP95   float64            `json:"servedAgeP95"`
	Shed     float64            `json:"shedPerSecond"`
	Bookings map[string]float64 `json:"bookings"` // since the start, by outcome
}

// SLO is what the product promises.
type SLO struct {
	Latency   float64 `json:"latency"`
	Objective float64 `json:"objective"`
}

// Source is one surface of upstream.
type Source struct {
	Name     string             `json:"name"`
	Health   Health             `json:"health"`
	Why      string             `json:"why,omitempty"`
	Rate     float64            `json:"callsPerSecond"`
	Errors   float64            `json:"errorRatio"`
	P95      float64            `json:"p95"`
	Outcomes map[string]float64 `json:"outcomes"` // per second
	Refused  float64            `json:"refusedPerSecond"`
	InFlight float64            `json:"inFlight"`
	Slots    int                `json:"slots"` // listed by the answers in memory, whose bytes the tier "memory" bounds for all sources
}

// Breaker is one circuit breaker.
type Breaker struct {
	Source    string `json:"source"`
	Operation string `json:"operation"`
	State     string `json:"state"` // closed, half-open, open
}

// Cache is one tier.
type Cache struct {
	Tier    string  `json:"tier"`
	Bytes   float64 `json:"bytes"`
	Max     float64 `json:"maxBytes"` // that it may hold
	Entries float64 `json:"entries"`
	Hits    float64 `json:"hitRatio"`
	Lookups float64 `json:"lookupsPerSecond"`
}

// Redis is the shared tier.
type Redis struct {
	Configured bool    `json:"configured"`
	Up         bool    `json:"up"`
	Operations float64 `json:"operationsPerSecond"`
	Errors     float64 `json:"errorRatio"`
	P99        float64 `json:"p99"`

	Kind    string        `json:"kind,omitempty"`   // of the first server that has a trouble
	Skew    float64       `json:"clockSkewSeconds"` // our clock minus Redis', the worst of all servers
	Servers []RedisServer `json:"servers,omitempty"`
}

// RedisServer is one server, or master of a cluster, and what is wrong with it (docs/operations.md).
type RedisServer struct {
	Server  string    `json:"server"`
	Kind    string    `json:"kind,omitempty"` // empty: in use
	Reason  string    `json:"reason,omitempty"`
	Missing string    `json:"missing,omitempty"` // rights that its user lacks
	Since   time.Time `json:"since,omitzero"`
	Skew    float64   `json:"clockSkewSeconds"`
}

// Tombstones are the slots that are known to be taken.
type Tombstones struct {
	Count     float64 `json:"count"`
	PerMinute float64 `json:"bookedPerMinute"`
	Unknown   float64 `json:"unknownOutcomes"` // bookings since the start that nobody knows the end of
}

// Build is which program runs.
type Build struct {
	Version  string `json:"version"`
	Revision string `json:"revision"`
	Go       string `json:"go"`
}

// Configuration is which configuration is in force.
type Configuration struct {
	Hash     string    `json:"hash"`
	LoadedAt time.Time `json:"loadedAt"`
}
