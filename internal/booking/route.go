package booking

import "timeslots/internal/timeslot"

// Base is one of a tenant's base URLs (docs/dexcare.md §1.1).
type Base uint8

// The bases that calls pass through to.
const (
	Visit Base = iota
	Public
	Ingress
)

// Token is what a caller has to show as Authorization. What is in it is between the caller and upstream.
type Token uint8

// The classes of tokens (docs/dexcare.md §1.2). Patients and staff look alike to us.
const (
	NoToken Token = iota
	BearerToken
	AnyToken // whatever the scheme; reporting has one of its own (docs/dexcare.md §7.10)
)

// Key is one of our own API keys, which upstream issues per service (docs/dexcare.md §1.2).
type Key uint8

// The keys.
const (
	NoKey Key = iota
	BookingKey
	SlotsKey
	CareOptionsKey
)

// Route is one pass-through call: how it is named, where it goes and what its caller has to show.
type Route struct {
	Flow      string             // as named in bookings_total; empty: the call makes no visit
	Operation timeslot.Operation // as named in upstream metrics
	Method    string
	// Path is a pattern below the base, and below /dexcare on our side. Segments that begin with a colon stand for one
	// segment, an asterisk at the end for one or more.
	Path     string
	Base     Base
	Token    Token
	Key      Key
	Partner  bool // x-api-key must be one of the partners'; without partners the route is not there
	Streamed bool // answers may be large: the timeout is for each step, not for the whole
	// Public: nobody has to show anything, so that a 401 or 403 is about our key.
	Public bool
	// ShedFirst: nobody waits for the answer, so that under load it is the first to be turned away.
	ShedFirst bool
	// Secret: what it holds could be guessed, such as a coupon's code, so that each client may send so many a minute.
	Secret bool
	HasNPI bool // the body names the clinician by nationalProviderId

	effect effect
}

// effect is what a call that succeeds means for the book of taken slots.
type effect uint8

const (
	effectNone effect = iota
	effectBooks
	effectTakes
	effectReleases
	effectCancels
)

// Call is what the edge knows about one request.
type Call struct {
	Product       string // use case, for metrics and the log
	CorrelationID string // the client's or a minted one; forwarded as correlation-id
	ForwardedFor  string // the client's address and those of the trusted proxies that it came through; forwarded as X-Forwarded-For, empty: not
}
