package fetch

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"

	"timeslots/internal/fetch/decode"
	"timeslots/internal/timeslot"
)

func (f *Fetcher) read(ctx context.Context, key timeslot.FragmentKey, call Call) (*timeslot.Fragment, error) {
	now := f.opt.Now()
	call.through = max(key.Block, call.through)
	var window window
	if f.opt.Surfaces.ByBlocks(&key) {
		window = windowOf(key, call.through, now, cmp.Or(call.Lookahead, f.opt.Lookahead))
	}
	if window.isEmpty() { // nothing there can be booked yet, and asking is an error (docs/dexcare.md §5.6)
		return &timeslot.Fragment{Key: key, FetchedAt: now}, nil
	}
	answer, err := f.get(ctx, key, window, call)
	if err != nil {
		return nil, err
	}
	defer answer.done()
	if err := answer.verdict(); err != nil {
		return nil, err
	}
	read := decode.Read{Key: key, FetchedAt: now, FirstDay: window.first, LastDay: window.last, From: f.upstreamOf(key), Surfaces: f.opt.Surfaces, Odd: f.odd(key)}
	if answer.status == http.StatusOK {
		read.Digest = digestOf(&read, &call, answer.body)
		if call.repeats(key, read.Digest) {
			return decode.Again(read, call.Last[0]), nil
		}
	}
	if call.Zones != nil {
		read.Zone = call.Zones(ctx)
	}
	return f.fragment(answer, read)
}

// odd counts what was odd about an answer, and hands it to the operations page.
func (f *Fetcher) odd(key timeslot.FragmentKey) func(decode.Oddity) {
	return func(o decode.Oddity) {
		if decode.Dropped(o.Reason) {
			f.opt.Recorder.DecodeDropped(f.sourceOf(key), string(o.Reason), o.Count)
		}
		if f.opt.Odd != nil {
			f.opt.Odd(f.sourceOf(key), key.Operation, o)
		}
	}
}

func (f *Fetcher) get(ctx context.Context, key timeslot.FragmentKey, w window, call Call) (*answer, error) {
	guard := f.guards[f.sourceOf(key)]
	return f.client.get(ctx, f.client.request(f.upstreamOf(key), key, w, call), guard.room, guard.late(key.Operation))
}

// fragment reads an answer that can be used. A drop-in route may want upstream's own bytes; but reads by blocks are asked for in
// words that no client uses, and their bytes would be the larger part of a cached fragment.
func (f *Fetcher) fragment(a *answer, read decode.Read) (*timeslot.Fragment, error) {
	if a.notFound() {
		return &timeslot.Fragment{Key: read.Key, FetchedAt: read.FetchedAt, NotFound: true, Body: bytes.Clone(a.body)}, nil
	}
	decoded := decode.Decode
	if a.status == http.StatusNoContent {
		decoded = func(read decode.Read, _ []byte) (*timeslot.Fragment, error) { return decode.None(read) }
	}
	fragment, err := decoded(read, a.body)
	if errors.Is(err, decode.ErrTooMany) {
		err = fmt.Errorf("%w: %w", ErrTooLarge, err)
	}
	if err != nil {
		return nil, &timeslot.Error{Kind: timeslot.KindMalformed, Status: a.status, Err: err}
	}
	fragment.Body = nil
	if !f.opt.Surfaces.ByBlocks(&read.Key) {
		fragment.Body = bytes.Clone(a.body)
	}
	return fragment, nil
}
