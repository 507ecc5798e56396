package fetch

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"timeslots/internal/timeslot"
)

// Flight lets all who ask for a key at the same time share one call.
//
// The call runs on a context of its own: the one who came first leaving cancels nothing, the last one leaving does
// (docs/faults.md §3, singleflight). Running out of time is not leaving: the call then goes on to its own limit, so that an
// answer slower than everybody's budget is stored for the next, and a source that hangs is seen to hang. A panic
// inside becomes an error for all who wait.
type Flight struct {
	Surfaces *timeslot.Surfaces // as errors name their sources; nil: DexCare's. Set before use

	limit time.Duration
	group singleflight.Group

	mu      sync.Mutex
	calls   map[timeslot.FragmentKey]*sharedCall
	running int // calls that have not returned, those given up included
	idle    sync.Cond
}

// sharedCall is one shared call and the number of those who wait for it.
type sharedCall struct {
	waiters int
	late    bool // somebody's time was up before the call ended: it is worth finishing
	ctx     context.Context
	cancel  context.CancelFunc
}

// NewFlight makes a Flight whose calls take at most limit, however long callers would wait.
func NewFlight(limit time.Duration) *Flight {
	f := &Flight{limit: limit, calls: map[timeslot.FragmentKey]*sharedCall{}}
	f.idle.L = &f.mu
	return f
}

// maxWaiters bounds those who wait for one call; more are refused.
const maxWaiters = 20_000

// Work fetches the value of a key. Its context ends when nobody waits any more.
type Work func(ctx context.Context) (*timeslot.Fragment, error)

// Do returns what work returns, shared with everyone who asks for key meanwhile; joined tells that the call was
// another's. When ctx ends first, Do returns its cause and the call goes on for the others.
func (f *Flight) Do(ctx context.Context, key timeslot.FragmentKey, work Work) (fragment *timeslot.Fragment, joined bool, err error) {
	c, result, joined := f.join(ctx, key, work)
	if c == nil {
		return nil, true, &timeslot.Error{Kind: timeslot.KindLimited, Source: f.Surfaces.SourceOf(key.Operation), Operation: key.Operation, Err: errors.New("too many wait for this call")}
	}
	select {
	case r := <-result:
		f.leave(key, c, nil)
		fragment, _ = r.Val.(*timeslot.Fragment)
		return fragment, joined, r.Err
	case <-ctx.Done():
		f.leave(key, c, ctx.Err())
		return nil, joined, context.Cause(ctx)
	}
}

// join enters the running call for key or starts one. Joining and leaving happen under one lock, so that a call that
// was given up has left the map before anybody can join it.
func (f *Flight) join(ctx context.Context, key timeslot.FragmentKey, work Work) (*sharedCall, <-chan singleflight.Result, bool) {
	name := key.String()
	f.mu.Lock()
	defer f.mu.Unlock()
	c, joined := f.calls[key]
	if !joined {
		c = &sharedCall{}
		c.ctx, c.cancel = context.WithTimeout(context.WithoutCancel(ctx), f.limit)
		f.calls[key] = c
		f.running++
	}
	if c.waiters >= maxWaiters {
		return nil, nil, true
	}
	c.waiters++
	result := f.group.DoChan(name, func() (any, error) {
		fragment, err := contained(c.ctx, work)
		f.finish(key, c)
		return fragment, err
	})
	return c, result, joined
}

// finish takes a completed call off the map, so that the next one who asks starts afresh. singleflight forgets the
// key by itself, but only after its function returned: a caller that came between would join a call that f no longer
// counts. Forgetting it here, under the lock, leaves no between.
func (f *Flight) finish(key timeslot.FragmentKey, c *sharedCall) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c.cancel() // frees its timer
	f.forget(key, c)
	if f.running--; f.running == 0 {
		f.idle.Broadcast()
	}
}

func (f *Flight) forget(key timeslot.FragmentKey, c *sharedCall) {
	if f.calls[key] == c {
		delete(f.calls, key)
		f.group.Forget(key.String())
	}
}

// leave takes one waiter off; why is nil when the call ended, else why the waiter's context did.
func (f *Flight) leave(key timeslot.FragmentKey, c *sharedCall, why error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c.waiters--
	c.late = c.late || errors.Is(why, context.DeadlineExceeded)
	if why != nil && c.waiters == 0 && !c.late {
		f.forget(key, c)
		c.cancel()
	}
}

// Underway reports whether a call for key is being made.
func (f *Flight) Underway(key timeslot.FragmentKey) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[key] != nil
}

// Wait returns when every call has ended, those given up included.
func (f *Flight) Wait() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for f.running > 0 {
		f.idle.Wait()
	}
}

// contained turns a panic into an error. The stack goes into the error's cause, never the values that were at work.
func contained(ctx context.Context, work Work) (fragment *timeslot.Fragment, err error) {
	defer func() {
		if r := recover(); r != nil {
			fragment, err = nil, &PanicError{Stack: debug.Stack()}
		}
	}()
	return work(ctx)
}

// PanicError says that a shared call panicked. The panic's value is left out: it may quote what was being read.
type PanicError struct{ Stack []byte }

func (e *PanicError) Error() string {
	return fmt.Sprintf("panic in a shared call (%d bytes of stack)", len(e.Stack))
}
