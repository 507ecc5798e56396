package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"timeslots/cmd/aggregator/internal/config"
)

// errForced is the end after a second signal.
var errForced = errors.New("ended at once by a second signal")

// drain leaves without losing a request:
//
//	not ready ──▶ shutdown.delay ──▶ no new connections ──▶ shutdown.grace ──▶ the rest is cut ──▶ close
//	              still serving,     those that are open     for requests       but for bookings,
//	              every answer       may ask once more       in flight          which get their time
//	              closes its
//	              connection
func (s *service) drain(second <-chan struct{}) error {
	s.ready.Store(false)
	s.door.Leave()
	s.path.Load().server.EndStreams()
	select {
	case <-time.After(s.config.Shutdown.Delay):
	case <-second:
		return errForced
	}
	drained := make(chan error, 1)
	go func() {
		err := s.public.drain(s.config.Shutdown.Grace, bookingPatience(s.config))
		drained <- errors.Join(err, s.close())
	}()
	select {
	case err := <-drained:
		return err
	case <-second:
		return errForced
	}
}

// bookingPatience is the most that a booking which has begun may still take: until upstream's answer, until other
// replicas know of it, and until the client has the answer.
func bookingPatience(cfg *config.Config) time.Duration {
	return max(cfg.Shutdown.Grace, cfg.Booking.Timeout+5*time.Second)
}

// quiet is how long a connection says nothing before nobody expects a request on it any more. The accelerator tells of
// its connections' requests once a second.
const quiet = 1500 * time.Millisecond

// drain stops taking connections and ends those that are open. Requests that are left after grace are cut off, except
// bookings, which have until patience.
func (l *listener) drain(grace, patience time.Duration) error {
	began := time.Now()
	within, cancel := context.WithDeadline(context.Background(), began.Add(grace))
	defer cancel()
	l.socket.Stop()
	l.socket.Settle(within, quiet)
	if l.server.Shutdown(within) == nil { // waits for what is being answered
		return nil
	}
	lastly, cancel := context.WithDeadline(context.Background(), began.Add(patience))
	defer cancel()
	var err error
	if cut := l.socket.Cut(lastly); cut > 0 {
		err = fmt.Errorf("%d requests were cut off after shutdown.grace, %v", cut, grace)
	}
	return errors.Join(err, l.server.Close())
}
