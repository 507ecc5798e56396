package app

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// maxAnswer bounds what is read of one answer, in bytes.
const maxAnswer = 64 << 20

// Exchange is one attempt of a call, for those who count. Unreadable answers are known later, as errors of a screen.
type Exchange struct {
	Call   string // the SDK's name of it
	Public bool   // a read that is the same for everybody, which a cache may answer
	Method string
	URL    string
	Begun  time.Time
	Took   time.Duration // until the answer was complete
	Status int           // 0: no answer
	Header http.Header   // of the answer
	Bytes  int64         // of its body, as sent
	Err    error         // why there is no answer
}

// answer is one of a call.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// do makes a call and gives the body of its answer, which has all that the SDK needs. Every failure is an [Error].
// A 401 makes the SDK ask the app for a new token and repeat the call once; without a token there is nothing to renew.
func (p *Phone) do(ctx context.Context, c *call, q question) ([]byte, error) {
	a, err := p.attempt(ctx, c, q)
	if err == nil && a.status == http.StatusUnauthorized && c.token {
		p.refresh()
		a, err = p.attempt(ctx, c, q)
	}
	if err != nil {
		return nil, &Error{Call: c.name, Cause: err}
	}
	if a.status/100 != 2 {
		return nil, &Error{Call: c.name, Status: a.status, Body: string(a.body)}
	}
	if err := c.check(a.body); err != nil {
		wrong := &Error{Call: c.name, Status: a.status, Unreadable: err.Error()}
		p.log(ctx, record{message: wrong.Error()})
		return nil, wrong
	}
	return a.body, nil
}

// attempt sends the call once. What the phone keeps in memory is offered by its tag, and a 304 is that.
func (p *Phone) attempt(ctx context.Context, c *call, q question) (a answer, err error) {
	req, err := p.request(ctx, c, q)
	if err != nil {
		return a, err
	}
	known, fresh := p.recall(req)
	if fresh {
		return known.answer, nil
	}
	e := Exchange{Call: c.name, Public: c.public(), Method: c.method, URL: req.URL.String(), Begun: time.Now()}
	a, e.Bytes, err = p.exchange(req)
	e.Took, e.Status, e.Header, e.Err = time.Since(e.Begun), a.status, a.header, err
	if p.o.Heard != nil {
		p.o.Heard(e)
	}
	if err != nil {
		return a, err
	}
	p.remember(a.header.Get("Correlation-Id"))
	if a.status == http.StatusNotModified {
		if known.status == 0 {
			return a, errors.New("304 to a call without a tag")
		}
		return known.answer, nil
	}
	p.keep(req, a)
	return a, nil
}

// exchange gives an answer, read whole, and how many bytes its body had on the wire.
func (p *Phone) exchange(req *http.Request) (a answer, size int64, err error) {
	resp, err := p.o.Client.Do(req)
	if err != nil {
		return a, 0, err
	}
	defer resp.Body.Close()
	sent, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return a, int64(len(sent)), fmt.Errorf("read the answer: %w", err)
	}
	a = answer{resp.StatusCode, resp.Header, sent}
	switch coding := strings.ToLower(resp.Header.Get("Content-Encoding")); coding {
	case "", "identity":
	case "gzip":
		a.body, err = unpack(sent)
	default:
		err = fmt.Errorf("the answer has the coding %q, which nobody asked for", coding)
	}
	return a, int64(len(sent)), err
}

func unpack(sent []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(sent))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	body, err := io.ReadAll(io.LimitReader(r, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	return body, nil
}

func (p *Phone) remember(correlation string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = correlation
}
