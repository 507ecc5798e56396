package fetch

import (
	"context"

	"timeslots/internal/fetch/decode"
	"timeslots/internal/timeslot"
)

// FetchBlocks reads the blocks from key's own to through in one call, and gives a fragment for each, in order: what
// [Fetcher.Fetch] would give block by block, with one load on upstream and on one clock. Only reads that go by blocks can
// be joined like that.
func (f *Fetcher) FetchBlocks(ctx context.Context, key timeslot.FragmentKey, through timeslot.Block, call Call) ([]*timeslot.Fragment, error) {
	call.through = through
	fragment, err := f.Fetch(ctx, key, call)
	if err != nil {
		return nil, err
	}
	if through == key.Block {
		return []*timeslot.Fragment{fragment}, nil
	}
	if !call.repeats(key, fragment.Digest) {
		return decode.Cut(fragment, through), nil
	}
	parts := []*timeslot.Fragment{fragment}
	for _, last := range call.Last[1:] {
		parts = append(parts, decode.Again(decode.Read{Key: last.Key, FetchedAt: fragment.FetchedAt, FirstDay: last.Key.FirstDay()}, last))
	}
	return parts, nil
}

// repeats reports whether an answer with the digest is what was read of all blocks before.
func (c *Call) repeats(key timeslot.FragmentKey, digest timeslot.Digest) bool {
	if digest == (timeslot.Digest{}) || len(c.Last) != int(c.through-key.Block)+1 {
		return false
	}
	for _, last := range c.Last {
		if last == nil || last.Digest != digest || last.Key != key {
			return false
		}
		key.Block++
	}
	return true
}
