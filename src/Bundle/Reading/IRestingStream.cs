namespace Bundle.Reading;

/// <summary>A stream that holds much memory while it is read, and needs none while whoever reads it waits for something else.</summary>
public interface IRestingStream
{
    /// <summary>Gives the memory back; reading goes on where it was, and makes anew what it needs.</summary>
    void Rest();
}
