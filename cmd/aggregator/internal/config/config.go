package config

import (
	"time"

	"timeslots/internal/timeslot"
)

// Config is a complete, valid configuration. Field for field it is docs/interface.md §2; the yaml tags are the keys.
type Config struct {
	Listen   string   `yaml:"listen"` // public listener, host:port
	Admin    Admin    `yaml:"admin"`
	Tenant   string   `yaml:"tenant"` // health system; part of every cache key
	Tier     string   `yaml:"tier"`   // "uat" or "prd"; part of every cache key
	Upstream Upstream `yaml:"upstream"`
	Sources  Sources  `yaml:"sources"`
	Cache    Cache    `yaml:"cache"`
	Search   Search   `yaml:"search"`
	Booking  Booking  `yaml:"booking"`
	Access   Access   `yaml:"access"`
	Products Products `yaml:"products"`
	Limits   Limits   `yaml:"limits"`
	CORS     CORS     `yaml:"cors"`
	Pages    Pages    `yaml:"pages"`
	Shutdown Shutdown `yaml:"shutdown"`
	Log      Log      `yaml:"log"`
	Tracing  Tracing  `yaml:"tracing"`

	files map[string]string // key → the file:/path that its value was read from
}

// Admin is the listener for operations (docs/interface.md §4).
type Admin struct {
	Listen string `yaml:"listen"` // host:port
	Token  Secret `yaml:"token"`  // wanted from changing calls; empty: those are allowed from loopback only
}

// Upstream says where DexCare's four bases are and how to prove who we are (docs/dexcare.md §1.1, §1.2).
type Upstream struct {
	Public     Endpoint   `yaml:"public"`
	Ingress    Ingress    `yaml:"ingress"`
	Visit      Visit      `yaml:"visit"`
	Scheduling Scheduling `yaml:"scheduling"`
	CA         string     `yaml:"ca"`       // extra root certificates, PEM
	Insecure   bool       `yaml:"insecure"` // allows http:// to other machines
}

// Endpoint is one base URL; empty where the tenant has none.
type Endpoint struct {
	URL string `yaml:"url"`
}

// Visit is the base of bookings and virtual care.
type Visit struct {
	URL   string   `yaml:"url"`
	Paths []string `yaml:"paths"` // further calls that pass through, "METHOD /path/{with}/{holes}"
}

// Ingress is the base that wants API keys, and at some tenants a client certificate.
type Ingress struct {
	URL         string  `yaml:"url"`
	Keys        APIKeys `yaml:"keys"`
	Certificate string  `yaml:"certificate"` // client certificate chain, PEM; empty: none
	PrivateKey  Secret  `yaml:"privateKey"`  // its key, PEM
}

// APIKeys are the x-api-key values, one for each service.
type APIKeys struct {
	CareOptions Secret `yaml:"careOptions"`
	Slots       Secret `yaml:"slots"`
	Booking     Secret `yaml:"booking"`
}

// Scheduling is the web application that hand-off links point to; it is never called (docs/dexcare.md §9).
type Scheduling struct {
	URL   string `yaml:"url"`
	Brand string `yaml:"brand"`
	Links Links  `yaml:"links"`
}

// Links are the templates of hand-off links, paths below Scheduling.URL; see timeslot.LinkTemplate.
type Links struct {
	Retail   string `yaml:"retail"`
	Provider string `yaml:"provider"` // for slots that only Provider Direct lists; empty: as retail
}

// Cache bounds what is kept in memory and names the Redis that replicas share.
type Cache struct {
	Memory Memory `yaml:"memory"`
	Redis  Redis  `yaml:"redis"`
}

// Memory is how much each in-process cache may hold.
type Memory struct {
	Fragments Size `yaml:"fragments"`
	Responses Size `yaml:"responses"`
}

// Redis is the shared cache. Without addresses there is none.
type Redis struct {
	Addresses []string      `yaml:"addresses"` // host:port; sentinels or seed nodes in the other modes
	Mode      string        `yaml:"mode"`      // "single", "sentinel" or "cluster"
	Master    string        `yaml:"master"`    // sentinel: the master's name
	Username  string        `yaml:"username"`
	Password  Secret        `yaml:"password"`
	DB        int           `yaml:"db"`
	TLS       bool          `yaml:"tls"`
	Insecure  bool          `yaml:"insecure"` // allows plain connections to other machines
	Timeout   time.Duration `yaml:"timeout"`  // of one operation
	Prefix    string        `yaml:"prefix"`   // of every key
}

// Search bounds what one search may ask for and take.
type Search struct {
	Budget         time.Duration `yaml:"budget"`         // for products that name none
	Window         time.Duration `yaml:"window"`         // whole days, when a request names no endDate
	MaxWindow      time.Duration `yaml:"maxWindow"`      // whole days
	MaxProviders   int           `yaml:"maxProviders"`   // NPIs of one request
	MaxDepartments int           `yaml:"maxDepartments"` // departments of one request
	PointPrecision int           `yaml:"pointPrecision"` // decimals of a degree that keys and logs keep
	AreaSlack      float64       `yaml:"areaSlack"`      // by what share of the asked radius a shared circle may be larger
	PostalCodes    string        `yaml:"postalCodes"`    // CSV "zip,latitude,longitude"
}

// Booking is the pass-through and what follows from its answers (docs/architecture.md §6).
type Booking struct {
	Timeout   time.Duration `yaml:"timeout"`
	MaxBody   Size          `yaml:"maxBody"`   // of a request
	Tombstone time.Duration `yaml:"tombstone"` // how long a taken slot stays hidden
	Lease     time.Duration `yaml:"lease"`     // how long a replica's view of the taken slots is valid
	CheckAge  time.Duration `yaml:"checkAge"`  // how old the copy may be that says a chosen slot is still there
	Taken     []Taken       `yaml:"taken"`     // answers that mean "taken"
}

// Taken is an answer to a booking that proves the slot gone: this status, with this text somewhere in the body.
type Taken struct {
	Status int    `yaml:"status"`
	Text   string `yaml:"text"`
}

// Access names the partners that may use the partner routes (docs/interface.md §3.3).
type Access struct {
	Keys []Secret `yaml:"keys"` // none: the routes are off
}

// Products are the configured use cases by name. "default" is always among them.
type Products map[string]Product

// DefaultProduct is the product that others inherit from and that unknown ones are served as.
const DefaultProduct = "default"

// Product is how one use case is served.
type Product struct {
	Ranking  timeslot.Ranking `yaml:"ranking"`
	Budget   time.Duration    `yaml:"budget"`   // for a whole answer; search.budget when not set
	Priority int              `yaml:"priority"` // 0…9; under overload the lowest is shed first
	MaxAge   time.Duration    `yaml:"maxAge"`   // what browsers and CDNs may keep
	SLO      SLO              `yaml:"slo"`
	Aliases  []string         `yaml:"aliases"` // other names that mean it and travel upstream as they came; never inherited
	Warm     []Warm           `yaml:"warm"`    // never inherited
}

// SLO is a service level objective: the share of answers that is faster than Latency.
type SLO struct {
	Latency   time.Duration `yaml:"latency"`
	Objective float64       `yaml:"objective"` // between 0 and 1
}

// Warm is a query that is kept fresh while a campaign runs.
type Warm struct {
	From  time.Time     `yaml:"from"`  // zero: from the start
	Until time.Time     `yaml:"until"` // zero: without end
	Every time.Duration `yaml:"every"`
	Query string        `yaml:"query"` // as after the "?" of GET /v1/timeslots
}

// Limits protect our own door.
type Limits struct {
	InFlight                  int      `yaml:"inFlight"`           // requests at once
	PerClientPerSecond        float64  `yaml:"perClientPerSecond"` // 0: no limit
	PerClientBurst            int      `yaml:"perClientBurst"`
	SecretsPerClientPerMinute int      `yaml:"secretsPerClientPerMinute"` // coupons and devices; 0: no limit
	TrustedProxies            []string `yaml:"trustedProxies"`            // CIDRs whose X-Forwarded-For is believed
}

// CORS lists the web origins that may read answers.
type CORS struct {
	Origins []string `yaml:"origins"` // scheme://host[:port], or "*" alone
}

// Pages switches the patient pages on.
type Pages struct {
	Enabled bool `yaml:"enabled"`
}

// Shutdown is how a process leaves (docs/interface.md §1).
type Shutdown struct {
	Delay time.Duration `yaml:"delay"` // not ready, still serving
	Grace time.Duration `yaml:"grace"` // for requests in flight
}

// Log is what is written to standard error.
type Log struct {
	Level  string `yaml:"level"`  // "debug", "info", "warn" or "error"
	Format string `yaml:"format"` // "json" or "text"
}

// Tracing sends spans to an OTLP endpoint; empty: none.
type Tracing struct {
	Endpoint string  `yaml:"endpoint"`
	Ratio    float64 `yaml:"ratio"` // share of requests, 0…1
}
