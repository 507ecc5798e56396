package fetch

import (
	"context"

	"timeslots/internal/fetch/decode"
	"timeslots/internal/timeslot"
)

// FetchBlocks reads the blocks from key's own to through in one call, and gives a fragment for each, in order: what
// [Fetcher.Fetch] would give block by block, with one load on upstream and on one clock. Only reads that go by blocks can
// be joined like that. With [Call.Types] it does so for several visit types of an area, one after the other.
func (f *Fetcher) FetchBlocks(ctx context.Context, key timeslot.FragmentKey, through timeslot.Block, call Call) ([]*timeslot.Fragment, error) {
	call.through = through
	fragment, err := f.Fetch(ctx, key, call)
	if err != nil {
		return nil, err
	}
	if through == key.Block && len(call.Types) < 2 {
		return []*timeslot.Fragment{fragment}, nil
	}
	if call.repeats(key, fragment.Digest) {
		parts := []*timeslot.Fragment{fragment}
		for _, last := range call.Last[1:] {
			parts = append(parts, decode.Again(decode.Read{Key: last.Key, FetchedAt: fragment.FetchedAt, FirstDay: last.Key.FirstDay()}, last))
		}
		return parts, nil
	}
	whole := []*timeslot.Fragment{fragment}
	if len(call.Types) > 1 {
		if whole, err = decode.SplitTypes(fragment, call.Types); err != nil {
			return nil, f.explain(key, &timeslot.Error{Kind: timeslot.KindMalformed, Err: err})
		}
	}
	var parts []*timeslot.Fragment
	for _, f := range whole {
		parts = append(parts, decode.Cut(f, through)...)
	}
	return parts, nil
}

// repeats reports whether an answer with the digest is what was read before of all blocks and visit types.
func (c *Call) repeats(key timeslot.FragmentKey, digest timeslot.Digest) bool {
	types := c.Types
	if len(types) == 0 {
		types = []string{key.VisitType}
	}
	keys := KeysOf(key, c.through, types)
	if digest == (timeslot.Digest{}) || len(c.Last) != len(keys) {
		return false
	}
	for i, last := range c.Last {
		if last == nil || last.Digest != digest || last.Key != keys[i] {
			return false
		}
	}
	return true
}

// KeysOf are the blocks from key's own to through, for one visit type after the other: what a call for them reads, in the order
// of its fragments.
func KeysOf(key timeslot.FragmentKey, through timeslot.Block, types []string) (keys []timeslot.FragmentKey) {
	for _, name := range types {
		k := key
		for k.VisitType = name; k.Block <= through; k.Block++ {
			keys = append(keys, k)
		}
	}
	return keys
}
