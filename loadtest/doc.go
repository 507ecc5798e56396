// Command loadtest sends an open-loop load to the service and reports what its clients would have felt. It knows the
// service by its address alone.
//
// Requests leave on a schedule, whether or not earlier ones have been answered: a crowd does not wait for its
// neighbours. A request that had to leave late, because the service or this process was behind, is late from its
// user's point of view, so latency counts from the time it was due:
//
//	plan ──due(n)──▶ attack (vegeta) ──result n──▶ tally: latency = end − due(n) ──▶ progress, report
//	                    ▲
//	     scenario ──────┘ request
//
// Usage:
//
//	go run ./loadtest findadoctor   --directory http://127.0.0.1:8081 --rate 500 --duration 30s
//	go run ./loadtest flushot-spike --rate 5000 --duration 30s
//	go run ./loadtest mixed         --simulator http://127.0.0.1:8081 --bookings 0.02
//	go run ./loadtest outage        --simulator http://127.0.0.1:8081 --fault provider-direct:hang --html report.html
//	go run ./loadtest trace         --simulator http://127.0.0.1:8081 --rate 200 --duration 2m
//	go run ./loadtest compare trace --simulator http://127.0.0.1:8081 --with http://127.0.0.1:8090 --direct
//	go run ./loadtest nearme        --admin http://127.0.0.1:9090 --rate 200 --duration 1m
//	go run ./loadtest app           --admin http://127.0.0.1:9090 --rate 30 --duration 2m
//	go run ./loadtest accuracy      --simulator http://127.0.0.1:8081 --rate 50 --json before.json
//	go run ./loadtest accuracy      --compare before.json after.json
//
// In the scenario "accuracy" a request follows from the answer before it as well: people choose among the offers shown, and
// some book, while the simulator sells slots elsewhere. The simulator says what was true when an answer came.
//
// The scenario "app" is made of sessions of a program (package app) that waits for each answer before it goes on: its
// sessions are on a schedule, not its requests. A screen that opens late makes all its calls late.
//
// With --simulator a report says how many upstream calls the load cost; with --admin, what the service's metrics say of
// them, of its CPU and of its memory. --json and --html write it to files.
//
// Rate and time are bounded, and targets off this machine are refused without --allow-remote.
package main
