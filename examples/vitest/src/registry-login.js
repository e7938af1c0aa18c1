import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';

/** A login of a registry that is renewed before it expires. */
export class RegistryLogin {
  #client;
  #now;
  #login;

  /** `now` returns the current time as a `Date`, or a promise of it. */
  constructor({ client = new ECRClient(), now = async () => new Date() } = {}) {
    this.#client = client;
    this.#now = now;
  }

  /** Returns the registry, the user name and the password. */
  async get() {
    if (this.#login === undefined || (await this.#now()) >= this.#login.renewAt) {
      this.#login = await this.#request();
    }
    return this.#login;
  }

  async #request() {
    const { authorizationData } = await this.#client.send(new GetAuthorizationTokenCommand({}));
    const [{ authorizationToken, expiresAt, proxyEndpoint }] = authorizationData;
    const [username, password] = atob(authorizationToken).split(':');
    return { registry: proxyEndpoint, username, password, renewAt: new Date(expiresAt - RENEWAL_MARGIN) };
  }
}

/** A login is renewed one hour before it expires. */
const RENEWAL_MARGIN = 60 * 60 * 1000;
