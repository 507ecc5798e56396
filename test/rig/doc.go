// Package rig is what tests start, ask and wait with, once for all of them: the service, a simulated tenant, Redis and
// proxies as processes ([Process]), a crowd, and [Until]. Tests break things around the service and watch from outside.
//
// It imports nothing of ours, so that a test of any package may use it. A program that is no test (the consistency
// checker) uses the parts that give errors; on top of them stand those that take a test and fail it.
package rig
