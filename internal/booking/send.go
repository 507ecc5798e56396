package booking

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"timeslots/internal/timeslot"
	"timeslots/internal/trace"
)

// newTransport is a transport of the bookings' own: no read can use up its connections, and nothing in it changes or
// repeats a request. HTTP/1.1 only, because HTTP/2 has rules of its own for sending a request again.
func newTransport(config *tls.Config) *http.Transport {
	config = config.Clone() // nil stays nil
	if config == nil {
		config = &tls.Config{}
	}
	config.MinVersion = max(config.MinVersion, tls.VersionTLS12)
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:                  nil, // not from the environment: a patient's bytes take no detour
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		TLSClientConfig:        config,
		TLSHandshakeTimeout:    5 * time.Second,
		Protocols:              protocols,
		DisableCompression:     true, // bodies stay as upstream wrote them
		MaxIdleConnsPerHost:    32,
		MaxIdleConns:           32,
		IdleConnTimeout:        15 * time.Second, // shorter than upstream's, so that reuse rarely meets a closing connection
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// ways are the transports to the bases.
func (o *Options) ways() (ways [Ingress + 1]http.RoundTripper) {
	common := o.Transport
	if common == nil {
		common = newTransport(o.TLS)
	}
	for base := range ways {
		ways[base] = common
	}
	if o.Transport == nil && o.IngressTLS != nil {
		ways[Ingress] = newTransport(o.IngressTLS)
	}
	return ways
}

// failure is a call without an answer.
type failure struct {
	sent    bool // some of it may have reached upstream
	timeout bool
	left    bool // the client of a bypassed read
}

// send makes the one call.
func (g *Gateway) send(ctx context.Context, r *http.Request, p *passThrough) (*http.Response, *failure) {
	var seen connection
	req := g.request(httptrace.WithClientTrace(ctx, seen.trace()), r, p)
	resp, err := g.ways[p.route.Base].RoundTrip(req)
	if err != nil {
		cause := context.Cause(ctx)
		return nil, &failure{
			sent:    !seen.neverMade(),
			timeout: errors.Is(cause, context.DeadlineExceeded), left: errors.Is(cause, context.Canceled),
		}
	}
	if resp.StatusCode < 200 { // a switch of protocols that nobody asked for: not an answer
		_ = resp.Body.Close()
		return nil, &failure{sent: true}
	}
	return resp, nil
}

func (g *Gateway) request(ctx context.Context, r *http.Request, p *passThrough) *http.Request {
	u := below(g.bases[p.route.Base], p.target)
	u.RawQuery, u.ForceQuery = r.URL.RawQuery, r.URL.ForceQuery
	req := (&http.Request{
		Method: p.route.Method, URL: u, Host: u.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: g.requestHeader(r.Header, p),
	}).WithContext(ctx)
	if p.edit != nil {
		req.Header.Set("Accept-Encoding", "identity")
		for _, name := range [...]string{"If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "If-Range", "Range"} {
			req.Header.Del(name) // what upstream would answer from is not what its client has
		}
	}
	if len(p.body.b) > 0 || req.Method == http.MethodGet || req.Method == http.MethodHead {
		// No GetBody: with one, the transport could send the body a second time. And with no body at all it would send
		// a GET a second time, so that gets an empty one, which is not written.
		req.Body = io.NopCloser(p.body.reader())
		req.ContentLength = int64(len(p.body.b))
	}
	return req
}

// below is the URL of an escaped path below base. It cleans nothing up: the path was checked.
func below(base *url.URL, escaped string) *url.URL {
	u := *base
	if prefix := strings.Trim(u.EscapedPath(), "/"); prefix != "" {
		escaped = "/" + prefix + escaped
	}
	u.RawPath = escaped
	u.Path, _ = url.PathUnescape(u.RawPath) // checked, too
	return &u
}

// connection follows how far a request got. A request without a connection was certainly not sent; with one, some of
// it may have been, whatever the error says.
type connection struct{ wanted, made atomic.Bool }

func (c *connection) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { c.wanted.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { c.made.Store(true) },
	}
}

// neverMade is false also for a transport that reports nothing.
func (c *connection) neverMade() bool { return c.wanted.Load() && !c.made.Load() }

// upstreamOutcome is the outcome label of the upstream metrics.
func upstreamOutcome(resp *http.Response, fail *failure) string {
	switch {
	case fail != nil && fail.timeout:
		return "timeout"
	case fail != nil && fail.left:
		return "canceled"
	case fail != nil, resp.StatusCode >= 500:
		return "error"
	case resp.StatusCode >= 400:
		return "rejected"
	default:
		return "ok"
	}
}

// upstream is send, counted.
func (g *Gateway) upstream(ctx context.Context, r *http.Request, p *passThrough) (*http.Response, *failure) {
	source := timeslot.Booking
	if p.bypass {
		source = timeslot.DexCare().SourceOf(p.route.Operation)
	}
	started := g.o.Now()
	ctx, span := trace.Start(ctx, trace.Upstream)
	defer span.End()
	g.o.Recorder.UpstreamStarted(source)
	resp, fail := g.send(ctx, r, p)
	outcome := upstreamOutcome(resp, fail)
	g.o.Recorder.UpstreamEnded(timeslot.UpstreamCall{
		Source: source, Operation: p.route.Operation, Outcome: outcome, Took: g.o.Now().Sub(started), TraceID: span.ID(),
	})
	span.Word(trace.Source, string(source))
	span.Word(trace.Operation, string(p.route.Operation))
	span.Word(trace.Outcome, outcome)
	return resp, fail
}
