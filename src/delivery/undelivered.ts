/** Why something could not be delivered; `final`: to try again would be no use. It names no address: that may hold a key. */
export class Undelivered extends Error {
  constructor(
    message: string,
    readonly final: boolean,
  ) {
    super(message);
    this.name = 'Undelivered';
  }
}
