/** A `Date` that reads the run's clock where scripts and libraries ask for the present. */

export function installClock(realm, NativeDate, now) {
  const Date = function Date(...args) {
    if (new.target === undefined) return new NativeDate(now()).toString();
    return Reflect.construct(NativeDate, args.length ? args : [now()], new.target === Date ? NativeDate : new.target);
  };
  Object.defineProperty(Date, "length", { value: 7 });
  for (const [name, value] of [["now", () => now()], ["parse", NativeDate.parse], ["UTC", NativeDate.UTC]]) {
    Object.defineProperty(Date, name, { value, writable: true, configurable: true });
  }
  // What else the constructor has, it inherits: what scripts and Sugar add to it, now or later.
  Object.setPrototypeOf(Date, NativeDate);
  Object.defineProperty(Date, "prototype", { value: NativeDate.prototype });
  Object.defineProperty(NativeDate.prototype, "constructor", { value: Date, writable: true, configurable: true });
  Object.defineProperty(realm, "Date", { value: Date, writable: true, configurable: true });
}
