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
	return decode.Cut(fragment, through), nil
}
