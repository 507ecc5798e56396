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
	defaultTimeout = 30 * time.Second
	defaultMaxBody = 256 << 10
)

// Options configure a [Gateway]. Base, Ledger and Index are required.
type Options struct {
	// Base is upstream's visit base, for example https://ecvapi.example.org (CONTRACT §1.1).
	Base *url.URL
	// APIKey is sent as x-api-key when it is not empty. A client's own is dropped in any case.
	APIKey string
	// Timeout is the most that one call may take, from sending until the last byte of its answer. Default 30 s.
	Timeout time.Duration
	// MaxBody is the largest request body in bytes. Default 256 KiB.
	MaxBody int64
	// Taken says which answers mean that somebody else has the slot. Default: 409 with "SlotUnavailable".
	Taken []Rule

	// Index turns slot ids into identities, Ledger keeps the taken slots.
	Index  Index
	Ledger Ledger

	// TLS carries extra roots or a client certificate; versions below 1.2 are never spoken. Default: the system's roots.
	TLS *tls.Config
	// Transport replaces the gateway's own, TLS then has no effect. It must send a request once, follow no redirect
	// and report connections to net/http/httptrace; without reports every failure counts as "unknown".
	Transport http.RoundTripper

	Recorder Recorder         // default: none
	Logger   *slog.Logger     // default: none
	Owner    func() string    // names one booking in the ledger; default: 128 random bits
	Now      func() time.Time // default: time.Now
}

// Rule recognises an answer by its status and by a text somewhere in its body (CONTRACT §7.3).
type Rule struct {
	Status int    // 400…499: with any other, nobody can be sure how the booking ended
	Text   string // not empty, or every refusal would hide a slot
}

func (o *Options) validate() error {
	var errs []error
	refuse := func(format string, args ...any) { errs = append(errs, fmt.Errorf("booking: "+format, args...)) }
	switch {
	case o.Base == nil:
		refuse("Base is missing")
	case o.Base.Scheme != "https" && o.Base.Scheme != "http", o.Base.Host == "":
		refuse("Base must be an absolute http or https URL")
	case o.Base.User != nil, o.Base.RawQuery != "", o.Base.Fragment != "":
		refuse("Base must have neither user nor query nor fragment")
	}
	if o.Timeout < 0 {
		refuse("Timeout %v is negative", o.Timeout)
	}
	if o.MaxBody < 0 {
		refuse("MaxBody %d is negative", o.MaxBody)
	}
	for i, rule := range o.Taken {
		if rule.Status < 400 || rule.Status > 499 {
			refuse("Taken[%d].Status %d is not between 400 and 499", i, rule.Status)
		}
		if rule.Text == "" {
			refuse("Taken[%d].Text is empty", i)
		}
	}
	if o.Index == nil {
		refuse("Index is missing")
	}
	if o.Ledger == nil {
		refuse("Ledger is missing")
	}
	return errors.Join(errs...)
}

func (o *Options) setDefaults() {
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.MaxBody == 0 {
		o.MaxBody = defaultMaxBody
	}
	if len(o.Taken) == 0 {
		o.Taken = []Rule{{Status: http.StatusConflict, Text: "SlotUnavailable"}}
	}
	if o.Transport == nil {
		o.Transport = newTransport(o.TLS)
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
