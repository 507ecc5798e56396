package booking

import (
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

const (
	defaultTimeout   = 30 * time.Second
	defaultMaxBody   = 256 << 10
	defaultTombstone = 15 * time.Minute
)

// Options configure a [Gateway]. Base, Ledger and Index are required.
type Options struct {
	// Base is upstream's visit base, for example https://ecvapi.example.org (docs/dexcare.md §1.1).
	Base *url.URL
	// NoVisit says that the tenant has no visit base: Base stays empty, and its routes are not there.
	NoVisit bool
	// Public and Ingress are the other two. Without one of them its routes answer 404.
	Public, Ingress *url.URL
	// APIKey, SlotsKey and CareOptionsKey are sent as x-api-key where a route says so and they are not empty. A
	// client's own is dropped in any case.
	APIKey, SlotsKey, CareOptionsKey string
	// PartnerKeys are those that partners send as x-api-key; with none, partner routes answer 404. See
	// [Gateway.SetPartnerKeys].
	PartnerKeys []string
	// Timeout is the most that one call may take, from sending until the last byte of its answer. Streamed answers may
	// take it for each step, and a quarter of an hour for all of them. Default 30 s.
	Timeout time.Duration
	// MaxBody is the largest request body in bytes. Default 256 KiB.
	MaxBody int64
	// Tombstone is how long an Idempotency-Key counts as used (docs/interface.md §2, booking.tombstone). Default 15 min.
	Tombstone time.Duration
	// CapacityMany says that a clinic's time can take several patients: then a retail booking does not prove that the
	// slot is gone (docs/architecture.md §6).
	CapacityMany bool
	// Taken says which answers mean that somebody else has the slot. nil: 409 with "SlotUnavailable"; empty: none.
	Taken []Rule

	// Index turns slot ids into identities, Ledger keeps the taken slots.
	Index  Index
	Ledger Ledger

	// Uses is what all replicas remember of Idempotency-Keys; default: this replica is alone.
	Uses Uses

	// TLS carries extra roots; versions below 1.2 are never spoken. Default: the system's roots.
	TLS *tls.Config
	// IngressTLS is spoken with Ingress in place of TLS: it may carry a client certificate, which no other host is to see.
	// Default: TLS.
	IngressTLS *tls.Config
	// Transport replaces the gateway's own, TLS then has no effect. It must send a request once, follow no redirect
	// and report connections to net/http/httptrace; without reports every failure counts as "unknown".
	Transport http.RoundTripper

	Recorder Recorder         // default: none
	Logger   *slog.Logger     // default: none
	Owner    func() string    // names one booking in the ledger; default: 128 random bits
	Now      func() time.Time // default: time.Now
}

// Rule recognises an answer by its status and by a text somewhere in its body (docs/dexcare.md §7.3).
type Rule struct {
	Status int    // 400…499: with any other, nobody can be sure how the booking ended
	Text   string // not empty, or every refusal would hide a slot
}

func (o *Options) validate() error {
	var errs []error
	refuse := func(format string, args ...any) { errs = append(errs, fmt.Errorf("booking: "+format, args...)) }
	if o.Base == nil && !o.NoVisit {
		refuse("Base is missing")
	}
	for _, base := range []struct {
		name string
		url  *url.URL
	}{{"Base", o.Base}, {"Public", o.Public}, {"Ingress", o.Ingress}} {
		if fault := faultOf(base.url); fault != "" {
			refuse("%s must %s", base.name, fault)
		}
	}
	if o.Timeout < 0 {
		refuse("Timeout %v is negative", o.Timeout)
	}
	if o.MaxBody < 0 {
		refuse("MaxBody %d is negative", o.MaxBody)
	}
	if o.Tombstone < 0 {
		refuse("Tombstone %v is negative", o.Tombstone)
	}
	for i, rule := range o.Taken {
		if rule.Status < 400 || rule.Status > 499 {
			refuse("Taken[%d].Status %d is not between 400 and 499", i, rule.Status)
		}
		if rule.Text == "" {
			refuse("Taken[%d].Text is empty", i)
		}
	}
	if _, err := newKeyRing(o.PartnerKeys); err != nil {
		errs = append(errs, err)
	}
	if o.Index == nil {
		refuse("Index is missing")
	}
	if o.Ledger == nil {
		refuse("Ledger is missing")
	}
	return errors.Join(errs...)
}

// faultOf tells what is wrong with a base; there may be none.
func faultOf(u *url.URL) string {
	switch {
	case u == nil:
		return ""
	case u.Scheme != "https" && u.Scheme != "http", u.Host == "":
		return "be an absolute http or https URL"
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return "have neither user nor query nor fragment"
	}
	return ""
}

func (o *Options) setDefaults() {
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.MaxBody == 0 {
		o.MaxBody = defaultMaxBody
	}
	if o.Tombstone == 0 {
		o.Tombstone = defaultTombstone
	}
	if o.Taken == nil {
		o.Taken = []Rule{{Status: http.StatusConflict, Text: "SlotUnavailable"}}
	}
	if o.Uses == nil {
		o.Uses = noUses{}
	}
	if o.Recorder == nil {
		o.Recorder = noRecorder{}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Owner == nil {
		o.Owner = rand.Text
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}
