package door

import (
	"context"
	"errors"
	"net"
	"time"
)

// Closing a socket resets connections that the kernel has made and nobody has accepted. So it is closed only after a
// pause in which none came, for which there is a limit.
const (
	backlogPause = 10 * time.Millisecond
	backlogLimit = 200 * time.Millisecond
)

// Stop takes the connections that wait to be accepted, then no more, and returns. Open connections stay open.
func (l *Listener) Stop() {
	l.mu.Lock()
	if l.stopping.IsZero() {
		l.stopping = time.Now()
	}
	l.mu.Unlock()
	l.extend()
	select {
	case <-l.stopped:
	case <-time.After(2 * backlogLimit): // Accept failed before, for another reason
	}
}

// extend gives the next connection its pause. It is false when there is none: nobody has called Stop, or its time is up.
func (l *Listener) extend() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopping.IsZero() || time.Since(l.stopping) > backlogLimit {
		return false
	}
	timed, ok := l.Listener.(interface{ SetDeadline(time.Time) error })
	if !ok {
		_ = l.Listener.Close() // Accept fails at once
		return false
	}
	return timed.SetDeadline(time.Now().Add(backlogPause)) == nil
}

// giveUp is what Accept ends with.
func (l *Listener) giveUp(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopping.IsZero() {
		return err
	}
	_ = l.Listener.Close()
	select {
	case <-l.stopped:
	default:
		close(l.stopped)
	}
	return net.ErrClosed // net/http takes a deadline for a passing trouble, and would try again
}

// Close implements net.Listener. Both net/http and [Listener.Stop] close, and neither knows of the other.
func (l *Listener) Close() error {
	if err := l.Listener.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// Stopping reports whether [Listener.Stop] was called.
func (l *Listener) Stopping() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.stopping.IsZero()
}

// Settle waits until no request is likely to come any more: every open connection answers one, or has been silent for
// quiet. Those are closed. Answers must carry "Connection: close" by now ([Door.Leave]), so that no connection brings a
// second request.
func (l *Listener) Settle(ctx context.Context, quiet time.Duration) {
	silent := func(c *conn) bool { return l.elapsed()-c.waitsSince.Load() >= int64(quiet) }
	l.until(ctx, func(c *conn) bool { return c.waitsSince.Load() == 0 || silent(c) })
	for _, c := range l.all() {
		if c.waitsSince.Load() != 0 && silent(c) {
			_ = c.Close()
		}
	}
}

// Cut closes the connections on which nothing goes on that must not be cut short, and waits for the others until ctx
// ends. It tells how many it closed in the middle of a request.
func (l *Listener) Cut(ctx context.Context) (cut int) {
	for _, c := range l.all() {
		if c.booking.Load() {
			continue
		}
		if c.waitsSince.Load() == 0 {
			cut++
		}
		_ = c.Close()
	}
	l.until(ctx, func(c *conn) bool { return !c.booking.Load() })
	return cut
}

// Open is the number of open connections.
func (l *Listener) Open() int { return len(l.all()) }

func (l *Listener) all() []*conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]*conn, 0, len(l.open))
	for c := range l.open {
		all = append(all, c)
	}
	return all
}

// until waits for every open connection to be as wanted, or for ctx to end.
func (l *Listener) until(ctx context.Context, wanted func(*conn) bool) {
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for {
		missing := false
		for _, c := range l.all() {
			missing = missing || !wanted(c)
		}
		if !missing {
			return
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		}
	}
}
