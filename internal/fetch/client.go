package fetch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"timeslots/internal/timeslot"
)

// client makes single HTTP calls: no retries, no redirects, no cookies, bounded bodies.
type client struct {
	opt             *Options
	public, ingress *connections
}

func newClient(opt *Options) *client {
	return &client{opt: opt, public: newConnections(opt.PublicTransport), ingress: newConnections(opt.IngressTransport)}
}

// answer is a complete upstream response.
type answer struct {
	status int
	header http.Header
	body   []byte // good until done is called; who keeps it copies it
	done   func()
}

// get sends one request and reads the whole answer into room. Transports do not follow redirects, so a redirect arrives
// here as a status. A connection that carries nothing for late while its answer is waited for gets no further calls.
func (c *client) get(ctx context.Context, r request, room *bulk, late time.Duration) (got *answer, err error) {
	method, sent := http.MethodGet, io.Reader(nil)
	if r.body != nil {
		method, sent = http.MethodPost, bytes.NewReader(r.body)
	}
	req, err := http.NewRequestWithContext(ctx, method, r.url, sent)
	if err != nil {
		return nil, fmt.Errorf("build request: %w", err)
	}
	req.Header = r.header()
	way := c.public
	if r.ingress {
		way = c.ingress
	}
	transport, watch := way.begin(r.call.Alone, late)
	defer func() { watch.end(err) }()
	resp, err := transport.RoundTrip(watch.follow(req))
	if err != nil {
		return nil, transportError(ctx, err)
	}
	defer resp.Body.Close()
	if encoding := resp.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return nil, &timeslot.Error{Kind: timeslot.KindMalformed, Status: resp.StatusCode, Err: fmt.Errorf("content encoding %q was not asked for", encoding)}
	}
	body, done, err := room.read(ctx, resp)
	if err != nil {
		done()
		return nil, bodyError(ctx, resp.StatusCode, err)
	}
	return &answer{status: resp.StatusCode, header: resp.Header, body: body, done: done}, nil
}

// transportError tells a deadline of ours from a caller that left and from everything else.
func transportError(ctx context.Context, err error) error {
	kind := timeslot.KindUpstream
	switch {
	case errors.Is(context.Cause(ctx), context.DeadlineExceeded) || errors.Is(err, context.DeadlineExceeded):
		kind = timeslot.KindTimeout
	case ctx.Err() != nil:
		kind = timeslot.KindCanceled
	}
	return &timeslot.Error{Kind: kind, Err: err}
}

func bodyError(ctx context.Context, status int, err error) error {
	if _, broken := errors.AsType[*net.OpError](err); broken || ctx.Err() != nil {
		return transportError(ctx, err)
	}
	return &timeslot.Error{Kind: timeslot.KindMalformed, Status: status, Err: fmt.Errorf("read body: %w", err)}
}

// verdict is nil for an answer that can be used: 200, 204, or a well-formed 404.
func (a *answer) verdict() error {
	kind := timeslot.KindUpstream
	switch {
	case a.status == http.StatusOK && isHTML(a.header):
		kind = timeslot.KindMalformed // a login or error page in place of the answer
	case a.status == http.StatusOK || a.status == http.StatusNoContent || a.notFound():
		return nil
	case a.status == http.StatusNotFound && !isGatewayMiss(a.body) && !isHTML(a.header):
		kind = timeslot.KindNotFound // said, but not in a form that may be stored
	case a.status == http.StatusTooManyRequests || a.status == http.StatusServiceUnavailable && a.header.Get("Retry-After") != "":
		kind = timeslot.KindLimited
	}
	e := &timeslot.Error{Kind: kind, Status: a.status, RetryAfter: retryAfter(a.header.Get("Retry-After"))}
	if a.status >= 400 && a.status < 500 {
		e.Body, e.ContentType = bytes.Clone(a.body), a.header.Get("Content-Type")
	}
	return e
}

// notFound reports whether upstream said in its own words that it does not know the thing: a 404 with a JSON object
// that is not the gateway's "no Route matched", which would mean that we call a wrong address.
func (a *answer) notFound() bool {
	return a.status == http.StatusNotFound && !isGatewayMiss(a.body) && isJSONObject(a.body)
}

func isGatewayMiss(body []byte) bool { return bytes.Contains(body, []byte("no Route matched")) }

func isJSONObject(body []byte) bool {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff"))) // a byte order mark says nothing
	return len(body) > 0 && body[0] == '{' && json.Valid(body)
}

func isHTML(h http.Header) bool {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	return kind == "text/html"
}

// isRejection reports whether upstream understood and refused.
func isRejection(status int) bool {
	return status >= 400 && status < 500 && status != http.StatusNotFound && status != http.StatusTooManyRequests
}

const maxRetryAfter = time.Minute

// retryAfter reads delay-seconds or an HTTP date (RFC 9110 §10.2.3), at most a minute.
func retryAfter(value string) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil && seconds > 0 {
		return min(time.Duration(min(seconds, 3600))*time.Second, maxRetryAfter)
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, min(time.Until(at), maxRetryAfter))
	}
	return 0
}
