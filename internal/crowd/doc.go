// Package crowd is a steady load of page views, so that a demo's pages and figures live. It measures nothing: that is what
// loadtest is for.
//
//	tick ──▶ a free worker ──▶ GET /v1/timeslots
//	   └───▶ none is free: left out
package crowd
