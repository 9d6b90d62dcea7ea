/** A refusal of EC2, as the SDK throws it. */
export class EbsError extends Error {
  override readonly name: string;
  readonly $metadata = { httpStatusCode: 400 };

  constructor(code: string, message: string) {
    super(message);
    this.name = code;
  }
}
