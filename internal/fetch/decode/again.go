package decode

import "timeslots/internal/timeslot"

// Again is what [Decode] gives for an answer with the digest of last, to the same read at another moment. Nothing is read for
// it: it shares the content of last. Only where an answer speaks for the time from the moment of asking, that is new. What was
// odd is told again.
func Again(read Read, last *timeslot.Fragment) *timeslot.Fragment {
	f := *last
	f.FetchedAt, f.Bounds, f.Epoch, f.Servings = read.FetchedAt, timeslot.Bounds{}, 0, nil
	if read.coversDays() && read.FirstDay == 0 && read.LastDay != 0 {
		f.Covers.From = read.FetchedAt
	}
	read.tell(f.Odd)
	return &f
}
