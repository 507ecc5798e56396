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

// ask reads a target at a replica. The beginning is noted before anything is sent.
func (c *crowd) ask(ctx context.Context, replica int, t *target) (observation, error) {
	seen := observation{replica: replica, target: t.path}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.bases[replica]+t.path, nil)
	if err != nil {
		return seen, err
	}
	seen.begun = c.history.now()
	resp, err := c.client.Do(req)
	if err != nil {
		return seen, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return seen, err
	}
	if resp.StatusCode != http.StatusOK {
		return seen, statusError(resp.StatusCode)
	}
	seen.consistency, seen.cacheStatus = resp.Header.Get("Timeslots-Consistency"), resp.Header.Get("Cache-Status")
	if seen.offers, err = c.library.offers(body, t.decode); err != nil {
		return seen, fmt.Errorf("%w: %s: %w", errUnreadable, t.path, err)
	}
	return seen, nil
}
