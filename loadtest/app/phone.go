package app

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Options say whose phone it is and what it calls. Base and Token must be given.
type Options struct {
	Base     string        // both base URLs of the SDK, without a slash at the end: http://127.0.0.1:8080/dexcare
	Token    func() string // signs the patient in, at the start and after a 401; empty: nobody is signed in
	Domain   string        // said to choose EHR and brand; default "acme-uat"
	Brand    string        // of the app; default "acme"
	Practice string        // for virtual visits; default the simulator's
	Random   *rand.Rand    // what differs from start to start of the app; default the runtime's. The phone alone uses it

	Client *http.Client     // default [Client]
	Now    func() time.Time // default time.Now
	Heard  func(Exchange)   // told every attempt of a call, several at a time; default nobody
}

// Phone is one start of the app on one phone. Its methods are the screens; they may be called at the same time.
type Phone struct {
	o       Options
	swapped bool // the order in which a dictionary of the SDK lists its two members

	mu    sync.Mutex
	token string
	last  string // Correlation-Id of the last answer
	kept  map[string]kept
}

// Client is what phones call with: it follows no redirect and knows no proxy, so that a call stays where it was sent.
var Client = &http.Client{
	Timeout:       time.Minute, // the system's, where the app sets none
	Transport:     &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 1024},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// New starts the app, signed in when there is a token.
func New(o Options) (*Phone, error) {
	u, err := url.Parse(o.Base)
	if err != nil || u.Host == "" || u.RawQuery != "" || strings.HasSuffix(o.Base, "/") {
		return nil, errors.New("app: Base must be a URL without a query and without a slash at the end")
	}
	if o.Token == nil {
		return nil, errors.New("app: Token is missing")
	}
	o.Domain, o.Brand = cmp.Or(o.Domain, "acme-uat"), cmp.Or(o.Brand, "acme")
	o.Practice = cmp.Or(o.Practice, "66666666-aaaa-4bbb-8ccc-000000000600")
	o.Client = cmp.Or(o.Client, Client)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	return &Phone{o: o, swapped: o.Random.IntN(2) == 1, token: o.Token(), kept: map[string]kept{}}, nil
}

func (p *Phone) currentToken() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.token
}

// refresh asks the app for a new token.
func (p *Phone) refresh() {
	token := p.o.Token()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.token = token
}

// together makes calls at once and waits for all of them.
func together(calls ...func() error) error {
	errs := make([]error, len(calls))
	var all sync.WaitGroup
	for i, call := range calls {
		all.Go(func() { errs[i] = call() })
	}
	all.Wait()
	return errors.Join(errs...)
}
