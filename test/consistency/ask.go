package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

// maxBody bounds what is read of one answer, in bytes.
const maxBody = 8 << 20

// statusError is an answer other than 200.
type statusError int

func (s statusError) Error() string { return fmt.Sprintf("status %d", int(s)) }

// get asks for an address and gives the answer's header and body; it must be a 200.
func (c *crowd) get(ctx context.Context, address string) (http.Header, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, nil, err
	}
	status, header, body, err := c.send(req)
	if err == nil && status != http.StatusOK {
		err = statusError(status)
	}
	return header, body, err
}

// send makes a request and reads the whole answer.
func (c *crowd) send(req *http.Request) (status int, header http.Header, body []byte, err error) {
	resp, err := c.client.Do(req)
	if err != nil {
		return 0, nil, nil, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody))
	return resp.StatusCode, resp.Header, body, err
}

// ask reads a target at a replica. The beginning is noted before anything is sent.
func (c *crowd) ask(ctx context.Context, replica int, t *target) (observation, error) {
	seen := observation{replica: replica, target: t.path, begun: c.history.now()}
	header, body, err := c.get(ctx, c.bases[replica]+t.path)
	if err != nil {
		return seen, err
	}
	seen.consistency, seen.cacheStatus = header.Get("Timeslots-Consistency"), header.Get("Cache-Status")
	if seen.offers, err = c.library.offers(body, t.decode); err != nil {
		return seen, fmt.Errorf("%w: %s: %w", errUnreadable, t.path, err)
	}
	return seen, nil
}
