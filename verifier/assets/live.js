// The live result of a request: shows the time left, and opens the page again once the request has ended.
// Without script, the page refreshes itself.
const waiting = document.querySelector("[data-events]");
if (waiting instanceof HTMLElement && waiting.dataset.events) {
  const events = new EventSource(waiting.dataset.events);
  const time = document.querySelector("[data-time-left]");
  events.addEventListener("time", (event) => {
    if (time) time.textContent = event.data;
  });
  events.addEventListener("ended", () => {
    events.close();
    window.location.replace(window.location.href);
  });
}
