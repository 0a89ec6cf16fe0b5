using Bundle.Samples;

if (args is not [var folder])
{
    Console.Error.WriteLine("usage: Bundle.Samples FOLDER");
    return 2;
}

SampleSet.Write(Path.Combine(folder, "images"));
SampleSet.WriteNext(Path.Combine(folder, "next"));
SampleSet.WriteScripts(folder);
return 0;
