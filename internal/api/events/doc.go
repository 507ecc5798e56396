// Package events tells those who look at an answer when its slots are taken, and when they come back.
//
// All who look at the same answer share one stream, which looks at it for all of them: a crowd costs what one visitor
// does. A stream looks when its answer may have changed, which costs next to nothing to find out, and notes what is gone
// and what has come back. Who comes gets the whole list of what is offered first, since something may have gone
// between her answer and her coming; who comes back with the id of the last event gets what she missed, as long as
// it is remembered, and else the whole list.
//
//	api ──Join──▶ Hub ──▶ stream (one for each answer) ──look──▶ search
//	 ▲                      │ note: offered, removed, restored
//	 └──────── Next ◀───────┘
//
// Everything is bounded: streams, what a stream remembers, and how long one stays that nobody listens to. How many may
// listen is the door's business.
package events
